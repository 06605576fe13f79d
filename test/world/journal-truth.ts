/** What the journal's files hold, read from the simulated disk's bytes without asking the store: what really was written. */
import type { Entry } from "../../src/core/record.ts";
import { parseEntry, parseHeader } from "../../src/store/journal-format.ts";
import type { SimulatedDisk } from "./disk.ts";

export interface JournalTruth {
  /** In order, those behind the number that was asked for. */
  readonly entries: readonly Entry[];
  /** The highest number that the files know of. */
  readonly lastSeq: number;
}

const newline = 0x0a;

/** All intact entries behind `seq`, each once. Files that were kept aside as damaged are not looked at. */
export function readJournalTruth(disk: SimulatedDisk, folder: string, seq: number): JournalTruth {
  const files = disk.paths().flatMap((path) => {
    const isOurs = path.startsWith(`${folder}/`) && /^journal(\.\d+)?\.ndjson$/.test(path.slice(folder.length + 1));
    return isOurs ? [readFile(disk.peek(path) ?? new Uint8Array())] : [];
  });
  const found = new Map<number, Entry>();
  let lastSeq = 0;
  for (const { bytes, firstSeq } of files) {
    lastSeq = Math.max(lastSeq, firstSeq - 1);
    /** A file that was put away with what a crash tore ends where the next begins. */
    const endSeq = Math.min(...files.map((other) => (other.firstSeq > firstSeq ? other.firstSeq : Infinity)));
    for (const entry of newestEntries(bytes, seq)) {
      if (entry.seq >= endSeq) continue;
      found.set(entry.seq, entry);
      lastSeq = Math.max(lastSeq, entry.seq);
    }
  }
  const entries = [...found.values()].sort((a, b) => a.seq - b.seq);
  return { entries: entries.filter((entry) => entry.seq > seq), lastSeq };
}

/** Without a header nobody knows where it begins. */
function readFile(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly firstSeq: number } {
  const headerEnd = bytes.indexOf(newline);
  const parsed = headerEnd < 0 ? null : parseHeader(bytes.subarray(0, headerEnd));
  return { bytes, firstSeq: parsed?.kind === "header" ? parsed.header.firstSeq : 1 };
}

/** From the end backwards, so that a long file costs nothing: the first that is old enough ends it. */
function* newestEntries(bytes: Uint8Array, seq: number): Generator<Entry> {
  let end = bytes.length;
  while (end > 0) {
    const start = bytes.lastIndexOf(newline, end - 2) + 1;
    const line = bytes.subarray(start, bytes[end - 1] === newline ? end - 1 : end);
    end = start;
    const parsed = start === 0 ? { kind: "bad" as const } : parseEntry(line);
    if (parsed.kind !== "entry") continue;
    yield parsed.entry;
    if (parsed.entry.seq <= seq) return;
  }
}

/** Whether this step's start is durable: looked for at the end of what is, where it must be. */
export function isStartDurable(disk: SimulatedDisk, folder: string, run: number, name: string): boolean {
  const bytes = disk.peekDurable(`${folder}/journal.ndjson`);
  if (bytes === null) return false;
  let looked = 0;
  for (const entry of newestEntries(bytes, 0)) {
    if (entry.kind === "step-start" && entry.run === run && entry.name === name) return true;
    looked += 1;
    if (looked > 400) return false;
  }
  return false;
}
