// The rules of the game, written once: the page plays by them, and the opponent was trained by them.

/** The field is 1 wide and so long; the upper player stands at y = 0, the lower one at y = fieldLength. */
export const fieldLength = 1.4;
export const ballRadius = 0.022;
export const paddleWidth = 0.2;
/** Ticks a second, and how many of them the opponent's decision lasts. */
export const ticksPerSecond = 60;
export const ticksPerDecision = 4;

// a tick's way, in widths of the field
const paddleSpeed = 0.95 / ticksPerSecond;
const serveSpeed = 0.8 / ticksPerSecond;
const topSpeed = 2.4 / ticksPerSecond;
const sidewaysSpeed = 1.4 / ticksPerSecond;
/** The ball gets faster by this factor with each hit, along the field. */
const speedUp = 1.08;
/** How far from a paddle's centre the ball's centre may be to be hit. */
const reach = paddleWidth / 2 + ballRadius;

/** The paddles where they begin; `serve` brings the ball. Velocities are those of a tick. */
export function newGame() {
  return { x: 0.5, y: fieldLength / 2, vx: 0, vy: 0, upper: 0.5, lower: 0.5 };
}

/**
 * Puts the ball into the middle, on its way to either player.
 * @param {{ uniform(low: number, high: number): number }} random
 */
export function serve(game, random) {
  game.x = 0.5;
  game.y = fieldLength / 2;
  game.vx = random.uniform(-0.5, 0.5) * sidewaysSpeed;
  game.vy = random.uniform(-1, 1) < 0 ? -serveSpeed : serveSpeed;
}

/**
 * Moves everything by one tick.
 * @param {number} upperMove from -1, full speed to the left, to 1
 * @param {number} lowerMove the same for the lower player
 * @returns {number} 1 where the upper player has scored, -1 where the lower one has, 0 otherwise
 */
export function tick(game, upperMove, lowerMove) {
  game.upper = moved(game.upper, upperMove);
  game.lower = moved(game.lower, lowerMove);
  game.x += game.vx;
  game.y += game.vy;

  const wall = game.vx < 0 ? ballRadius : 1 - ballRadius;
  if ((game.x - wall) * game.vx > 0) {
    game.x = 2 * wall - game.x;
    game.vx = -game.vx;
  }

  const upwards = game.vy < 0;
  const line = upwards ? ballRadius : fieldLength - ballRadius;
  if ((game.y - line) * game.vy < 0) return 0;
  const offset = (game.x - (upwards ? game.upper : game.lower)) / reach;
  if (Math.abs(offset) > 1) return upwards ? -1 : 1;
  // where the paddle is hit decides how far sideways the ball goes
  game.y = 2 * line - game.y;
  game.vx = offset * sidewaysSpeed;
  game.vy = Math.max(-topSpeed, Math.min(topSpeed, -speedUp * game.vy));
  return 0;
}

function moved(paddle, move) {
  return Math.max(paddleWidth / 2, Math.min(1 - paddleWidth / 2, paddle + move * paddleSpeed));
}

/** How a player moves who wants to be at x: at full speed, or just so far. */
export function moveTo(paddle, x) {
  return Math.max(-1, Math.min(1, (x - paddle) / paddleSpeed));
}

/** What the network's actions do. */
export const actionNames = ["left", "stay", "right"];
export const moveOf = (action) => action - 1;

export const featureNames = ["arrival beside paddle", "seconds to arrival", "paddle", "other paddle"];

/**
 * Writes what the upper player sees: where the ball will arrive, from its paddle on; when, negative where it goes to the
 * other player; and both paddles. Lengths are in widths of the field.
 */
export function observe(game, observation) {
  const line = game.vy < 0 ? ballRadius : fieldLength - ballRadius;
  const ticks = (line - game.y) / game.vy;
  observation[0] = mirrored(game.x + ticks * game.vx) - game.upper;
  observation[1] = (Math.sign(-game.vy) * ticks) / ticksPerSecond;
  observation[2] = game.upper - 0.5;
  observation[3] = game.lower - 0.5;
}

/** Where a ball really is that would be at x if there were no walls. */
function mirrored(x) {
  const width = 1 - 2 * ballRadius;
  const way = Math.abs(x - ballRadius) % (2 * width);
  return ballRadius + Math.min(way, 2 * width - way);
}
