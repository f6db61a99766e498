// The rules: ten balls fall, one after another, and a paddle at the bottom catches them or does not.

const columns = 7;
const rows = 8;
const balls = 10;

export const observationSize = 3;
export const actionCount = 3; // left, stay, right

export class Game {
  /** A new game. */
  begin() {
    this.paddle = Math.floor(columns / 2);
    this.left = balls;
    this.#drop();
  }

  /** One step: the paddle moves, the ball falls. Gives the reward: 1 for a ball that is caught, −1 for a lost one. */
  step(action) {
    this.paddle = Math.min(columns - 1, Math.max(0, this.paddle + action - 1));
    this.row++;
    if (this.row < rows) return 0;
    const caught = this.column === this.paddle;
    this.left--;
    this.#drop();
    return caught ? 1 : -1;
  }

  get over() {
    return this.left === 0;
  }

  observation() {
    return [this.paddle / columns, this.column / columns, this.row / rows];
  }

  draw(canvas) {
    const context = canvas.getContext("2d");
    const [width, height] = [canvas.width / columns, canvas.height / (rows + 1)];
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = "#d2565a";
    context.beginPath();
    context.arc((this.column + 0.5) * width, (this.row + 0.5) * height, height / 3, 0, 2 * Math.PI);
    context.fill();
    context.fillStyle = "#2e9e6b";
    context.fillRect(this.paddle * width, (rows + 0.3) * height, width, height / 3);
  }

  #drop() {
    this.column = Math.floor(columns * Math.random());
    this.row = 0;
  }
}
