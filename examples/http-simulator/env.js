// The simulator as an environment: each reset is a new session, and every answer comes over HTTP.

/** @param {string} origin where the simulator listens. Each call of what this returns makes another copy */
export function tankAt(origin) {
  return () => new Tank(origin);
}

class Tank {
  id = "tank";
  observationSize = 2;
  actionCount = 3;
  maxEpisodeSteps = 100;
  featureNames = ["level", "demand"];
  actionNames = ["off", "half", "full"];
  repeatable = false; // the simulator takes no seed
  #origin;
  #session;

  constructor(origin) {
    this.#origin = origin;
  }

  async reset() {
    const { session, observation } = await this.#post("/sessions");
    this.#session = session;
    return observation;
  }

  step(action) {
    return this.#post(`/sessions/${this.#session}`, { action });
  }

  async #post(path, body) {
    const response = await fetch(this.#origin + path, { method: "POST", body: JSON.stringify(body) });
    const answer = await response.json();
    if (!response.ok) throw new Error(`the simulator refuses: ${answer.error}`);
    return answer;
  }
}
