/**
 * A folder and those above it. Node's own recursive mkdir tries for ever where the system says that there is no such folder
 * in one that is there (below /proc); this one goes up once, and down once.
 */
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { errnoOf } from "./errno.ts";

/** Makes what is missing, all of it with that mode. Answers whether the folder itself was missing. Throws what mkdir(2) does. */
export function makeFolder(path: string, mode: number): boolean {
  if (isFolder(path)) return false;
  if (dirname(path) !== path) makeFolder(dirname(path), mode);
  try {
    mkdirSync(path, { mode });
    return true;
  } catch (error) {
    /** Somebody else was quicker. */
    if (errnoOf(error) === "EEXIST" && isFolder(path)) return false;
    throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
