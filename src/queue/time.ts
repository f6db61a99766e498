// Waiting: for a while, and for work that must not take longer than that.

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** @throws Error if it takes longer, in milliseconds */
export async function within<Result>(most: number, work: Promise<Result>): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("timed out")), most);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
