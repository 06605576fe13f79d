/**
 * One line of the journal <-> what it says. The first line of a file is its header, every other line is an entry; each is
 * a sealed line (`seal.ts`). The journal's format in full:
 *
 *     {"failoverd":"journal","version":1,"firstSeq":41,"at":"2026-01-05T03:00:00.000Z","checkpoint":{…},"sum":"…"}
 *     {"seq":41,"at":"2026-01-05T03:12:44.120Z","kind":"transition",…the record…,"group":41,"sum":"…"}
 *
 * `group` is the `seq` of the first entry that was written by the same call. A group is synced before the next one is
 * written: so a damaged line with an intact line of a later group behind it was durable once, and was damaged since; one
 * with none behind it is what a crash leaves. A header keeps its first two fields and its seal in all versions.
 */
import type { Entry } from "../core/record.ts";
import { isObject } from "../base/shape.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { misfitOf, parseCheckpoint } from "./record-shape.ts";
import { sealLine, unsealLine } from "./seal.ts";

export interface Header {
  readonly firstSeq: number;
  readonly at: string;
  /** Before the first entry of this file. */
  readonly checkpoint: Checkpoint;
}

export const journalVersion = 1;

/**
 * A longer record is not written, and that is said. The longest by far is a run's start, with all its bound actions: about
 * 1 KiB each. A page of history has to hold at least one entry, so this is below the limit of a response.
 */
export const entryBytesMax = 512 * 1024;

/** What a reader takes for one line: any entry, and a header, which holds a whole run. */
export const lineBytesMax = 2 * entryBytesMax;

/** Milliseconds since 1970 -> `2026-01-05T03:12:44.120Z`. Outside of the years that have four digits: the nearest that has. */
export function printWall(wallMs: number): string {
  const latest = 253_402_300_799_999;
  const shown = Number.isFinite(wallMs) ? Math.min(Math.max(wallMs, 0), latest) : 0;
  return new Date(shown).toISOString();
}

export function encodeHeader(header: Header): Uint8Array {
  const { firstSeq, at, checkpoint } = header;
  return sealLine({ failoverd: "journal", version: journalVersion, firstSeq, at, checkpoint });
}

export function encodeEntry(entry: Entry, options: { groupSeq: number }): Uint8Array {
  const { seq, at, ...record } = entry;
  return sealLine({ seq, at, ...record, group: options.groupSeq });
}

export type ParsedHeader =
  | { readonly kind: "header"; readonly header: Header }
  /** Written by a failoverd that is newer than this one. */
  | { readonly kind: "future"; readonly version: number }
  | { readonly kind: "bad"; readonly reason: string };

/** The first line of a file, without its newline. */
export function parseHeader(line: Uint8Array): ParsedHeader {
  const unsealed = unsealLine(line);
  if (unsealed.kind === "changed") return { kind: "bad", reason: "its checksum is wrong" };
  const { value } = unsealed;
  if (!isObject(value) || value["failoverd"] !== "journal") {
    return { kind: "bad", reason: "it does not begin as a journal of failoverd does" };
  }
  const version = value["version"];
  if (!isSeq(version)) return { kind: "bad", reason: "it has no version" };
  if (version > journalVersion) return { kind: "future", version };
  if (unsealed.kind === "unsealed") return { kind: "bad", reason: "it has no checksum" };
  const { firstSeq, at } = value;
  if (!isSeq(firstSeq) || typeof at !== "string")
    return { kind: "bad", reason: "it is not a header that this version knows" };
  const checkpoint = parseCheckpoint(value["checkpoint"], "checkpoint");
  if (!checkpoint.ok) return { kind: "bad", reason: `it holds what cannot be: ${checkpoint.sentence}` };
  return { kind: "header", header: { firstSeq, at, checkpoint: checkpoint.value } };
}

export type ParsedEntry =
  | { readonly kind: "entry"; readonly entry: Entry; readonly groupSeq: number }
  /** Its seal is right, so no crash made it so; and nothing can be gone on from what it says. */
  | { readonly kind: "unfit"; readonly seq: number; readonly reason: string }
  | { readonly kind: "bad"; readonly reason: string };

/** Any later line of a file, without its newline. Kinds of record that this version does not know are let through. */
export function parseEntry(line: Uint8Array): ParsedEntry {
  const unsealed = unsealLine(line);
  if (unsealed.kind === "changed") return { kind: "bad", reason: "the line's checksum is wrong" };
  if (unsealed.kind === "unsealed") return { kind: "bad", reason: "the line has no checksum" };
  const { value } = unsealed;
  if (!isSealedEntry(value)) return { kind: "bad", reason: "the line is not a journal entry" };
  const { group, sum: _, ...entry } = value;
  const misfit = misfitOf(entry);
  if (misfit !== null) return { kind: "unfit", seq: entry.seq, reason: `the line holds what cannot be: ${misfit}` };
  return { kind: "entry", entry, groupSeq: group };
}

/** What every entry has. What its kind has is looked at by `record-shape.ts`. */
function isSealedEntry(value: unknown): value is Entry & { readonly group: number; readonly sum: string } {
  return (
    isObject(value) &&
    isSeq(value["seq"]) &&
    isSeq(value["group"]) &&
    value["group"] <= value["seq"] &&
    typeof value["at"] === "string" &&
    typeof value["kind"] === "string" &&
    typeof value["sentence"] === "string"
  );
}

function isSeq(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1;
}
