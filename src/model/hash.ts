// The hash that says whether two trainings came to the very same weights.
import { littleEndian } from "./bytes.js";

/**
 * SHA-256, in hexadecimal, of the student's flat parameters as little-endian f32, then the teacher's.
 * @throws Error where the engine has no Web Cryptography (a page served without https, say)
 */
export async function weightsHash(student: Float32Array, teacher: Float32Array): Promise<string> {
  if (globalThis.crypto?.subtle === undefined) throw new Error("weightsHash needs Web Cryptography (crypto.subtle)");
  const both = new Float32Array(student.length + teacher.length);
  both.set(student);
  both.set(teacher, student.length);
  const digest = await crypto.subtle.digest("SHA-256", littleEndian(both));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
