// The second thread of a team, as a browser starts it. Its text is inlined, so that no bundler needs a setting.

/** What the second thread needs: everything else is in the memory. */
export interface Task {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The handle of the team. */
  readonly team: number;
}

/** A second thread that waits for updates. */
export interface Assistant {
  end(): void;
}

const source = `
onmessage = async ({ data: { module, memory, team } }) => {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory, abort() {} } });
  postMessage("ready");
  exports.team_assist(team);
};`;

/** @throws Error where the browser refuses, by the page's policy for instance */
export async function startInBrowser(task: Task): Promise<Assistant> {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url);
  const started = new Promise<void>((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = ({ message }) => reject(new Error(message || "the browser refuses the worker"));
    worker.postMessage(task);
  });
  try {
    await started;
  } catch (error) {
    worker.terminate();
    throw error;
  } finally {
    URL.revokeObjectURL(url);
  }
  return { end: () => worker.terminate() };
}
