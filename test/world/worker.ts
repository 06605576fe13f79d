/** One of several processes that play worlds: this program again, with a share of the seeds, answering in lines of JSON. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Outcome } from "./world.ts";

export interface Worker {
  /** Null: it has ended well, or was told to; else why it has not. */
  readonly ended: Promise<string | null>;
  readonly end: () => void;
}

export type Played = Outcome & { readonly cpuSeconds: number };

export function startWorker(program: string, words: readonly string[], onOutcome: (outcome: Played) => void): Worker {
  const child = spawn(process.execPath, ["--enable-source-maps", fileURLToPath(program), ...words], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let isToEnd = false;
  let complaint = "";
  child.stderr.on("data", (bytes: Uint8Array) => {
    complaint = (complaint + new TextDecoder().decode(bytes)).slice(-4_000);
  });
  createInterface({ input: child.stdout }).on("line", (line) => onOutcome(parsePlayed(line)));
  const ended = new Promise<string | null>((resolve) => {
    /** Exit 1 is a world that was broken, which its line has told. */
    child.on("close", (code) => resolve(isToEnd || code === 0 || (code === 1 && complaint === "") ? null : complaint));
  });
  return {
    ended,
    end: () => {
      isToEnd = true;
      child.kill();
    },
  };
}

/** Our own lines. */
function parsePlayed(line: string): Played {
  const played: Played = JSON.parse(line);
  return played;
}
