/** The names of the system's errors. Everything in this folder that may fail says one of them, and a sentence. */
import { getSystemErrorMap } from "node:util";

/** The system's name of what went wrong, of anything that was thrown; `EUNKNOWN` if it has none. */
export function errnoOf(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return "EUNKNOWN";
}

/** What the system's name means, in words: `ENOENT` -> `no such file or directory`. */
export function errnoInWords(errno: string): string {
  words ??= new Map(getSystemErrorMap().values());
  return words.get(errno) ?? errno;
}

let words: ReadonlyMap<string, string> | null = null;
