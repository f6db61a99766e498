// The page's worker: takes commands, trains, and reports what happens.
import { CheckpointError, loadModel } from "qstill";
import { loadEnvironment } from "./environments.ts";
import type { Command, Message } from "./messages.ts";
import { forgetRun, keepRun, keptCheckpoint } from "./store.ts";
import { Run } from "./training.ts";

let run: Run | undefined;

/**
 * Browsers lack this, and training needs it to let others run: a message to oneself comes back at once, a timer after
 * 4 ms.
 */
const { port1, port2 } = new MessageChannel();
const turns: (() => void)[] = [];
port1.onmessage = () => turns.shift()?.();
Object.assign(globalThis, {
  setImmediate: (turn: () => void) => {
    turns.push(turn);
    port2.postMessage(null);
  },
});

const tell = (message: Message) => postMessage(message);

async function obey(command: Command): Promise<void> {
  switch (command.kind) {
    case "start": {
      const { id, saved } = command;
      const checkpoint = saved && (await keptCheckpoint(id));
      if (saved && checkpoint === undefined) throw new CheckpointError("its checkpoint is no longer there");
      run = new Run({ ...command, checkpoint }, tell, keepRun);
      const result = await run.run();
      run = undefined;
      await forgetRun(id).catch(() => {}); // if nothing can be kept, there is nothing to forget
      return tell({ kind: "finished", result });
    }
    case "pause":
      return run?.pause();
    case "distil":
      return run?.distil();
    case "resume":
    case "step":
      return run?.resume(command.kind === "step");
    case "explain": {
      const { env, seed, model } = command;
      await loadEnvironment(env);
      const { explain } = await import("qstill/explain");
      const { module, sensitivity, tree, agreement, treeEvaluation } = explain(loadModel(model), { env, seed });
      return tell({
        kind: "explained",
        explained: { module, sensitivity, root: tree.root, leaves: tree.leaves, agreement, treeEvaluation },
      });
    }
  }
}

addEventListener("message", ({ data }: MessageEvent<Command>) => {
  obey(data).catch((error: Error) => tell({ kind: "failed", name: error.name, reason: error.message }));
});
