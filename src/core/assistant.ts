// The second thread of a team, started in a browser. Its source text is inlined, so that no bundler needs a setting.

/** What the second thread is given. Everything else is in the shared memory. */
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

/** @throws Error if the browser refuses, for example because of the page's policy */
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
