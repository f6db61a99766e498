// The hash that says whether two trainings ended with exactly the same weights.
import { needNumbers } from "../core/needed.js";
import { hexadecimal, littleEndian } from "./bytes.js";

/**
 * SHA-256, in hexadecimal, of the student's flat parameters as little-endian f32, then the teacher's.
 * @throws Error if the engine has no Web Cryptography (on a page without https, for example)
 */
export async function weightsHash(student: Float32Array, teacher: Float32Array): Promise<string> {
  if (globalThis.crypto?.subtle === undefined) throw new Error("weightsHash needs Web Cryptography (crypto.subtle)");
  needNumbers("student", student, "a Float32Array");
  needNumbers("teacher", teacher, "a Float32Array");
  const both = new Float32Array(student.length + teacher.length);
  both.set(student);
  both.set(teacher, student.length);
  const digest = await crypto.subtle.digest("SHA-256", littleEndian(both));
  return hexadecimal(new Uint8Array(digest));
}
