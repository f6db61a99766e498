// What a request must be: its method and its body. A Refusal says in one line why it is not answered.

/** A request that is not answered: its status, and why in one line. */
export class Refusal extends Error {
  constructor(status, message, headers = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

export function allow(methods, request) {
  if (!methods.includes(request.method)) {
    const reason = `the method ${request.method} was given: ${methods.join(" or ")} is allowed`;
    throw new Refusal(405, reason, { allow: methods.join(", ") });
  }
}

/** The value in a request's body, which is JSON. @param needed what the body must look like */
export async function jsonOf(request, mostBytes, needed) {
  const text = await bodyOf(request, mostBytes);
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, `the body is not JSON: ${needed} is needed`);
  }
}

/** The text of a request's body. What is too much of it is read, but not kept. */
function bodyOf(request, mostBytes) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    let bytes = 0;
    request.on("data", (chunk) => {
      bytes += chunk.length;
      if (bytes <= mostBytes) chunks.push(chunk);
      else reject(new Refusal(413, `the body has more bytes than the ${mostBytes} that are allowed`));
    });
    request.on("end", () => resolve(Buffer.concat(chunks).toString()));
    request.on("error", () => reject(new Refusal(400, "the request broke off")));
  });
}
