/**
 * What reads bytes that somebody else wrote, and what must hold whatever they are. A target throws when it does not. Each
 * holds more than that nothing throws: what is answered is bounded and can be shown, and what was changed is not believed.
 */
import assert from "node:assert/strict";
import { readCheck, readResidentLine } from "../../src/dialect/dialects.ts";
import { printComplaint } from "../../src/language/print-complaint.ts";
import { readConfiguration } from "../../src/language/read-configuration.ts";
import { sealLine } from "../../src/store/seal.ts";
import { decodeTable, encodeTable } from "../../src/store/table-format.ts";
import { Decoder, requestLimits, type Decoded } from "../../src/wire/decoder.ts";
import { parseRequest } from "../../src/wire/request.ts";
import type { Outcome } from "../../src/core/result.ts";
import { testSurroundings } from "../language/surroundings.ts";
import type { Random } from "../world/random.ts";
import { readJournal } from "./journal-target.ts";
import { pick } from "./mutator.ts";

/** What a target may need beside its input: how it is cut, what is beside it, what it was made of. */
export interface Beside {
  readonly random: Random;
  readonly corpus: readonly Uint8Array[];
}

export interface Target {
  /** Of the folder with its corpus as well. */
  readonly name: string;
  readonly words: readonly string[];
  readonly read: (bytes: Uint8Array, beside: Beside) => void | Promise<void>;
}

export const targets: readonly Target[] = [
  {
    name: "socket",
    words: [
      '"jsonrpc":"2.0"',
      '"id":',
      '"method":',
      '"params":',
      "report",
      "history",
      "subscribe",
      "\n",
      "{",
      "[",
      '"',
    ],
    read: readSocket,
  },
  {
    name: "journal",
    words: ['"seq":', '"group":', ',"sum":"00000000"}\n', '"kind":', '"firstSeq":', '"version":2', "\n", "{"],
    read: readJournal,
  },
  {
    name: "table",
    words: ['"seq":', '"state":', '"status":', '"version":2', "null", "-1", "[]", "{}"],
    read: readTable,
  },
  {
    name: "plugin",
    words: ["MASTER", "SLAVE", "DOWN", "|", "'", "=", ";", "U", "%", "\n", '{"host":', '"status":', "ocf-exit-reason:"],
    read: readPlugin,
  },
  {
    name: "conf",
    words: [
      "[local]\n",
      "[rule a]\nwhen ",
      "[fence host1]\n",
      "{",
      "}",
      '"',
      "%",
      "\\\n",
      " for ",
      " is ",
      "expect ",
      "#",
    ],
    read: readConf,
  },
];

const status = '{"jsonrpc":"2.0","id":"last","method":"status"}';

/** Each line is one answer, however it comes in pieces; a question behind all that is understood. */
function readSocket(bytes: Uint8Array, { random }: Beside): void {
  const whole = Buffer.concat([bytes, Buffer.from(`\n${status}\n`)]);
  const decoder = new Decoder(requestLimits);
  const inPieces: Decoded[] = [];
  for (let at = 0; at < whole.length;) {
    const end = at + 1 + random.below(random.chance(0.5) ? 8 : whole.length);
    inPieces.push(...decoder.push(whole.subarray(at, end)));
    at = end;
  }
  assert.deepEqual(inPieces, [...new Decoder(requestLimits).push(whole)]);
  assert.ok(!decoder.isInLine);
  for (const decoded of inPieces) {
    if (decoded.kind === "bad") {
      assertShowable(decoded.error.message, 1_000);
      continue;
    }
    const asked = parseRequest(decoded.value, pick(random, ["change", "read"] as const));
    if (asked.kind === "bad") assertShowable(asked.error.message, 2_000);
  }
  const last = inPieces.at(-1);
  assert.deepEqual(last?.kind === "value" ? parseRequest(last.value, "read") : null, {
    kind: "request",
    id: "last",
    call: { method: "status", params: {} },
  });
}

/** A table whose bytes were changed is none. One that is sealed anew is looked at field by field, and written as it was read. */
function readTable(bytes: Uint8Array, { corpus }: Beside): void {
  const decoded = decodeTable(bytes);
  if (decoded.kind === "table") assert.ok(corpus.some((whole) => Buffer.compare(whole, bytes) === 0));
  else assertShowable(decoded.sentence, 2_000);
  const value = parseObject(bytes);
  if (value === null) return;
  const { sum: _, ...fields } = value;
  const resealed = decodeTable(sealLine({ ...fields, failoverd: "table" }));
  if (resealed.kind !== "table") assertShowable(resealed.sentence, 2_000);
  else assert.deepEqual(decodeTable(encodeTable(resealed.table)), resealed);
}

function parseObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

const codes = [0, 1, 2, 3, 4, 7, 8, 9, 126, 127, 137, 255, -1];

function readPlugin(bytes: Uint8Array, { random }: Beside): void {
  const stdout = Buffer.from(bytes).toString("utf8");
  const output = { stdout, stderr: random.chance(0.3) ? stdout : "", droppedBytes: random.chance(0.2) ? 1_000 : 0 };
  const outcome: Outcome = random.chance(0.8)
    ? { kind: "exited", code: pick(random, codes) }
    : { kind: "timed-out", afterMs: 1_000 };
  for (const dialect of ["plugin", "ocf", "report"] as const) {
    const traits = { dialect, isPromotable: random.chance(0.5) };
    const readings = [...readCheck(traits, outcome, output), ...readResidentLine(dialect, stdout.split("\n")[0] ?? "")];
    assert.ok(readings.length >= 2);
    for (const { result } of readings) {
      assert.match(result.status, /^[a-z_][a-z0-9_-]{0,63}$/);
      assertShowable(result.output, 1_700);
      assert.ok(result.longOutput.length < 9_000 && result.metrics.length <= 256);
      assert.ok(
        stdout !== "" || dialect === "ocf" || !["master", "slave"].includes(result.status),
        "a role of nothing",
      );
    }
  }
}

const harmless = { checks: "[local]\ncheck_db_host1\n", actions: "[slave_to_master]\nstartservice1\n" };

function readConf(bytes: Uint8Array, { random }: Beside): void {
  const files = { checks: Buffer.from(harmless.checks), actions: Buffer.from(harmless.actions) };
  const spoilt = { ...files, [pick(random, ["checks", "actions"] as const)]: bytes };
  const { configuration, complaints } = readConfiguration(
    {
      checks: { name: "checks.conf", bytes: spoilt.checks },
      actions: { name: "actions.conf", bytes: spoilt.actions },
    },
    testSurroundings,
  );
  assert.equal(
    configuration === null,
    complaints.some(({ severity }) => severity === "error"),
  );
  for (const complaint of complaints) {
    assert.ok(complaint.column === 0 || complaint.line > 0);
    assert.doesNotMatch(printComplaint(complaint), /[^\P{Cc}\n\t]/u);
  }
}

/** A line for a terminal. */
function assertShowable(sentence: string, charactersMax: number): void {
  assert.doesNotMatch(sentence, /\p{Cc}/u);
  assert.ok(sentence !== "" && sentence.length <= charactersMax, `${sentence.length} characters`);
}
