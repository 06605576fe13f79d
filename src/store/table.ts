/**
 * `table.json`: the state table's file. Written beside and renamed over, so that there is always a whole one; what cannot
 * be read is kept aside for a person, and the daemon begins from the journal and from nothing.
 */
import type { Disk, Done, DiskFailure } from "./disk.ts";
import { pathOf } from "./journal-files.ts";
import { decodeTable, encodeTable, type Table } from "./table-format.ts";

export const tableName = "table.json";
const damagedTableName = "table.json.damaged";
const futureTableName = "table.json.newer";

/** 10,000 checks that all said the most they may are not as long; what is longer was not written by us. */
const tableBytesMax = 256 * 1024 * 1024;

/** Durable when this has answered well; else the file is the one before, or this one. */
export async function saveTable(disk: Disk, folder: string, table: Table): Promise<Done | DiskFailure> {
  return disk.replace(pathOf(folder, tableName), encodeTable(table));
}

export type ReadTable =
  | { readonly kind: "table"; readonly table: Table }
  | { readonly kind: "none" }
  /** `isKept`: the file is what cannot be used; else it could not be read. */
  | { readonly kind: "unusable"; readonly sentence: string; readonly keepAs: string | null };

/** Reads it and changes nothing: for `failoverctl`, while no daemon runs. */
export async function readTable(disk: Disk, folder: string): Promise<ReadTable> {
  const path = pathOf(folder, tableName);
  const size = await disk.size(path);
  if (!size.ok) return size.errno === "ENOENT" ? { kind: "none" } : unreadable(path, size);
  if (size.bytes > tableBytesMax) {
    return {
      kind: "unusable",
      sentence: `${path} is not a state table: it has ${size.bytes} bytes`,
      keepAs: damagedTableName,
    };
  }
  const read = await disk.read(path, { fromByte: 0, bytesMax: size.bytes });
  if (!read.ok) return unreadable(path, read);
  const decoded = decodeTable(read.bytes);
  switch (decoded.kind) {
    case "table":
      return decoded;
    case "future":
      return { kind: "unusable", sentence: `${path} ${decoded.sentence}`, keepAs: futureTableName };
    case "damaged":
      return { kind: "unusable", sentence: `${path} ${decoded.sentence}`, keepAs: damagedTableName };
  }
}

/**
 * Reads it at the daemon's start. One that cannot be used is renamed, and the sentence says to what, and what follows:
 * everything begins unknown, but for what the journal says.
 */
export async function loadTable(disk: Disk, folder: string): Promise<ReadTable> {
  const read = await readTable(disk, folder);
  if (read.kind !== "unusable" || read.keepAs === null) return read;
  const kept = await disk.rename(pathOf(folder, tableName), pathOf(folder, read.keepAs));
  const where = kept.ok ? `it is kept as ${read.keepAs}` : `it could not be kept aside (${kept.reason})`;
  return { ...read, sentence: `${read.sentence}; ${where}, and every status begins unknown` };
}

function unreadable(path: string, failure: DiskFailure): ReadTable {
  return { kind: "unusable", sentence: `${path} cannot be read: ${failure.reason}`, keepAs: null };
}
