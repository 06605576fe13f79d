/**
 * Reads one journal file from its beginning to its end, in bounded memory, and tells what is intact, what a crash left
 * and what is damaged: the one place that knows the difference, for recovery and for history.
 *
 * - torn: bad lines at the end, with nothing behind them but their own group. They were never durable, so nothing relied
 *   on them: they are as if not written.
 * - damage: bad or missing lines with an intact line of a later group behind them. They were durable once. And a line whose
 *   seal is right and that says what no failoverd would: no crash makes that.
 */
import { LineCutter } from "../base/line-cutter.ts";
import type { Entry } from "../core/record.ts";
import type { Disk, DiskFailure } from "./disk.ts";
import { lineBytesMax, parseEntry, parseHeader, type Header } from "./journal-format.ts";

export type Scanned =
  | { readonly kind: "header"; readonly header: Header; readonly toByte: number }
  /** `toByte`: where the file may be cut behind this entry. `bytes`: the length of its line. */
  | { readonly kind: "entry"; readonly entry: Entry; readonly toByte: number; readonly bytes: number }
  /** Between the last entry that was told and the next. `reason` continues "from byte N on …". */
  | { readonly kind: "damage"; readonly fromByte: number; readonly reason: string }
  /** The last that is told. */
  | { readonly kind: "torn"; readonly fromByte: number; readonly bytes: number; readonly reason: string }
  /** The last that is told: a newer failoverd's. */
  | { readonly kind: "future"; readonly version: number }
  /** The last that is told: the disk cannot be read here. `ENOENT` if there is no file. */
  | { readonly kind: "failure"; readonly fromByte: number; readonly failure: DiskFailure };

/** Small enough not to hold up the daemon (one millisecond of parsing), large enough not to be slow. */
const blockBytes = 64 * 1024;

/** Our files are cut at 8 MiB and one group of entries; what is so much longer was not written by us, and is not read to its end. */
const scannedBytesMax = 64 * 1024 * 1024;

/** The first bad line that nothing intact of a later group has followed yet. */
interface Suspicion {
  readonly fromByte: number;
  /** The number that the bad line should have; null if the header is bad, and nobody knows. */
  readonly seq: number | null;
  readonly reason: string;
}

/** Tells what is in a file of the journal. Reads at its own pace; a file that grows meanwhile may be told to any later length. */
export async function* scanJournalFile(disk: Disk, path: string): AsyncGenerator<Scanned, void> {
  const judge = new Judge();
  for await (const line of readLines(disk, path)) {
    if (line.kind === "failure") {
      yield line;
      return;
    }
    for (const scanned of judge.take(line)) {
      yield scanned;
      if (scanned.kind === "future") return;
    }
  }
  yield* judge.end();
}

type Line =
  | { readonly kind: "line"; readonly bytes: Uint8Array; readonly fromByte: number; readonly toByte: number }
  | { readonly kind: "bad"; readonly reason: string; readonly fromByte: number; readonly toByte: number };

/** Tells the intact from the torn and the damaged, line by line. */
class Judge {
  #isHeaderNext = true;
  /** What the next entry's number must be; null: nobody knows. */
  #expectedSeq: number | null = null;
  #suspicion: Suspicion | null = null;
  #endByte = 0;

  *take(line: Line): Generator<Scanned, void> {
    this.#endByte = line.toByte;
    if (this.#isHeaderNext) {
      this.#isHeaderNext = false;
      yield* this.#takeHeader(line);
      return;
    }
    const parsed = line.kind === "line" ? parseEntry(line.bytes) : line;
    if (parsed.kind === "bad") {
      this.#suspicion ??= { fromByte: line.fromByte, seq: this.#expectedSeq, reason: parsed.reason };
      return;
    }
    if (parsed.kind === "unfit") {
      yield { kind: "damage", fromByte: this.#suspicion?.fromByte ?? line.fromByte, reason: parsed.reason };
      this.#suspicion = null;
      this.#expectedSeq = parsed.seq + 1;
      return;
    }
    const { entry, groupSeq } = parsed;
    if (this.#suspicion !== null) {
      const { seq, fromByte, reason } = this.#suspicion;
      if (seq !== null && groupSeq <= seq) return;
      yield { kind: "damage", fromByte, reason };
      this.#suspicion = null;
    } else if (entry.seq !== this.#expectedSeq) {
      const reason = `entry ${this.#expectedSeq} should follow, and ${entry.seq} does`;
      yield { kind: "damage", fromByte: line.fromByte, reason };
    }
    this.#expectedSeq = entry.seq + 1;
    yield { kind: "entry", entry, toByte: line.toByte, bytes: line.toByte - line.fromByte };
  }

  *#takeHeader(line: Line): Generator<Scanned, void> {
    const parsed = line.kind === "line" ? parseHeader(line.bytes) : line;
    if (parsed.kind === "future") {
      yield parsed;
    } else if (parsed.kind === "header") {
      this.#expectedSeq = parsed.header.firstSeq;
      yield { kind: "header", header: parsed.header, toByte: line.toByte };
    } else {
      this.#suspicion = { fromByte: 0, seq: null, reason: parsed.reason };
    }
  }

  *end(): Generator<Scanned, void> {
    if (this.#suspicion === null) return;
    const { fromByte, reason } = this.#suspicion;
    yield { kind: "torn", fromByte, bytes: this.#endByte - fromByte, reason };
  }
}

async function* readLines(
  disk: Disk,
  path: string,
): AsyncGenerator<Line | Extract<Scanned, { readonly kind: "failure" }>, void> {
  const cutter = new LineCutter(lineBytesMax);
  let atByte = 0;
  /** Where the line begins that is being read. */
  let fromByte = 0;
  while (atByte < scannedBytesMax) {
    const read = await disk.read(path, { fromByte: atByte, bytesMax: blockBytes });
    if (!read.ok) {
      yield { kind: "failure", fromByte: atByte, failure: read };
      /** Whoever is told this reads no further, and does not come back here. */
      return;
    }
    if (read.bytes.length === 0) break;
    for (const cut of cutter.push(read.bytes)) {
      if (cut.kind === "too-long") {
        yield { kind: "bad", reason: "the line is too long", fromByte, toByte: atByte };
        continue;
      }
      const toByte = atByte + cut.endsAt;
      yield { kind: "line", bytes: cut.bytes, fromByte: toByte - 1 - cut.bytes.length, toByte };
      fromByte = toByte;
    }
    atByte += read.bytes.length;
  }
  if (cutter.isInLine) yield { kind: "bad", reason: "the last line has no end", fromByte, toByte: atByte };
}
