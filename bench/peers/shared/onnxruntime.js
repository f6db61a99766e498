// The forward cases in ONNX Runtime, which has one interface for Node and for the web.
import { casesOf } from "./cases.js";
import { onnxModel } from "./onnx.js";
import { forwardSetting, observationRows } from "./setting.js";

/**
 * @param runtime the package's namespace
 * @param options of its InferenceSession.create
 */
export function casesWith({ InferenceSession, Tensor }, options) {
  return casesOf({
    async act({ widths }) {
      const { parameters, observations } = forwardSetting({ widths });
      const session = await InferenceSession.create(onnxModel(widths, parameters, 1), options);
      const inputs = widths[0];
      let row = 0;

      return async (n) => {
        let action;
        for (let i = 0; i < n; i++) {
          const observation = observations.subarray(row * inputs, (row + 1) * inputs);
          row = (row + 1) % observationRows;
          const { q } = await session.run({ states: new Tensor("float32", observation, [1, inputs]) });
          action = argmax(q.data);
        }
        return action;
      };
    },

    async forward({ widths, batch }) {
      const { parameters, observations } = forwardSetting({ widths });
      const session = await InferenceSession.create(onnxModel(widths, parameters, batch), options);
      const states = new Tensor("float32", observations, [batch, widths[0]]);

      return async (n) => {
        let qValues;
        for (let i = 0; i < n; i++) qValues = (await session.run({ states })).q.data;
        return qValues;
      };
    },
  });
}

function argmax(values) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}
