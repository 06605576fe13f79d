/** The logs of past runs, `var/runs/RUN/`: the newest are kept, by number and by size, so that they never fill the disk. */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf } from "./errno.ts";

/** More than anybody looks back on; what was done and its first output is in the journal for longer. */
export const runFoldersMax = 100;

/** A run whose actions print all that they may is as long; the newest run is kept whatever its size. */
export const runBytesMax = 256 * 1024 * 1024;

/** Removes what is too much. `newest` and later ones stay. A folder that is not there has nothing in it. */
export async function pruneRunFolders(runsFolder: string, newest: number): Promise<void> {
  const runs = (await runsIn(runsFolder)).filter((run) => run < newest).sort((one, other) => other - one);
  let keptBytes = 0;
  for (const [index, run] of runs.entries()) {
    const folder = join(runsFolder, String(run));
    keptBytes += await bytesIn(folder);
    if (index + 1 >= runFoldersMax || keptBytes > runBytesMax) await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The highest number of a run that has left something; 0: none has. Where the folder cannot be looked into nothing in it will
 * be taken for another run's either.
 */
export async function newestRunFolder(runsFolder: string): Promise<number> {
  const runs = await runsIn(runsFolder).catch(() => []);
  return runs.reduce((newest, run) => Math.max(newest, run), 0);
}

async function runsIn(runsFolder: string): Promise<readonly number[]> {
  return (await namesIn(runsFolder)).flatMap((name) => (/^[1-9]\d{0,14}$/.test(name) ? [Number(name)] : []));
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await namesIn(folder)) {
    const size = await stat(join(folder, name)).then((stats) => stats.size, unlessMissing(0));
    bytes += size;
  }
  return bytes;
}

function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(unlessMissing([]));
}

function unlessMissing<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (errnoOf(error) === "ENOENT") return instead;
    throw error;
  };
}
