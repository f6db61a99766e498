// A file with an environment for tests: one walks to the end of a corridor, whose length is an option.

/** The text of the file. Each step costs 1. */
export const walk = `export default ({ length = 5 } = {}) => {
  let at = 0;
  return {
    observationSize: 1, actionCount: 2, maxEpisodeSteps: 20,
    reset: () => [(at = 0)],
    step: (action) => ({ observation: [(at += action === 1 ? 1 : -1)], reward: -1, terminated: at >= length }),
  };
};`;
