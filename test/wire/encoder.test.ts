/** What is sent, byte for byte, and what the other end makes of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { Decoder, requestLimits, responseLimits, type DecoderLimits } from "../../src/wire/decoder.ts";
import { encodeError, encodeRecord, encodeRequest, encodeResult } from "../../src/wire/encoder.ts";
import { errorNameOf, errorNames, wireErrors } from "../../src/wire/error.ts";
import type { Entry } from "../../src/core/record.ts";
import { parseRequest } from "../../src/wire/request.ts";
import { parseResponse, type Response } from "../../src/wire/response.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const entry: Entry = {
  seq: 41,
  at: "2026-01-05T03:12:44.120Z",
  kind: "note",
  topic: "test",
  sentence: "two\nlines 🦭",
};

const lines: readonly {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly reads: Response | null;
}[] = [
  {
    name: "a result",
    bytes: encodeResult(7, { sentence: "done" }),
    text: '{"jsonrpc":"2.0","id":7,"result":{"sentence":"done"}}\n',
    reads: { kind: "result", id: 7, result: { sentence: "done" } },
  },
  {
    name: "an error",
    bytes: encodeError(7, { name: "refused", message: "a run is in progress" }),
    text: '{"jsonrpc":"2.0","id":7,"error":{"code":-32000,"message":"a run is in progress"}}\n',
    reads: { kind: "error", id: 7, code: -32_000, name: "refused", message: "a run is in progress", data: null },
  },
  {
    name: "an error with data, to nobody knows whom",
    bytes: encodeError(null, { name: "parse", message: "not JSON", data: [1] }),
    text: '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"not JSON","data":[1]}}\n',
    reads: { kind: "error", id: null, code: -32_700, name: "parse", message: "not JSON", data: [1] },
  },
  {
    name: "a record",
    bytes: encodeRecord(entry),
    text: '{"jsonrpc":"2.0","method":"record","params":{"seq":41,"at":"2026-01-05T03:12:44.120Z","kind":"note","topic":"test","sentence":"two\\nlines 🦭"}}\n',
    reads: { kind: "record", entry: { ...entry } },
  },
  {
    name: "a request",
    bytes: encodeRequest(1, "resume", { run: 7 }),
    text: '{"jsonrpc":"2.0","id":1,"method":"resume","params":{"run":7}}\n',
    reads: null,
  },
  {
    name: "a request that is wanted for so long",
    bytes: encodeRequest(1, "resume", { run: 7 }, 12_340),
    text: '{"jsonrpc":"2.0","id":1,"method":"resume","params":{"run":7},"expiresAtBootMs":12340}\n',
    reads: null,
  },
  {
    name: "a request that wants no answer",
    bytes: encodeRequest(null, "report", { check: "a", status: "ok" }),
    text: '{"jsonrpc":"2.0","method":"report","params":{"check":"a","status":"ok"}}\n',
    reads: null,
  },
];

for (const line of lines) {
  void test(`encoder: ${line.name}`, () => {
    assert.equal(text(line.bytes), line.text);
    if (line.reads !== null) assert.deepEqual(parseResponse(decodeOne(line.bytes, responseLimits)), line.reads);
  });
}

void test("encoder: a request is understood at the other end", () => {
  const bytes = encodeRequest(3, "maintenance", { on: true, scope: "*", forMs: 60_000 });
  assert.deepEqual(parseRequest(decodeOne(bytes, requestLimits), "change"), {
    kind: "request",
    id: 3,
    call: { method: "maintenance", params: { on: true, scope: "*", forMs: 60_000 } },
  });
});

const strange: readonly { readonly given: unknown; readonly says: string }[] = [
  { given: [], says: "the answer is not JSON-RPC 2.0" },
  { given: { id: 1, result: 1 }, says: "the answer is not JSON-RPC 2.0" },
  { given: { jsonrpc: "2.0" }, says: "the answer is neither a result nor an error" },
  { given: { jsonrpc: "2.0", id: "1", result: 1 }, says: "the answer is neither a result nor an error" },
  { given: { jsonrpc: "2.0", id: 1, error: { code: "x" } }, says: "the answer is neither a result nor an error" },
  { given: { jsonrpc: "2.0", method: "moon", params: {} }, says: "an unknown notification: moon" },
];

for (const { given, says } of strange) {
  void test(`response: ${JSON.stringify(given)} is not taken for an answer`, () => {
    assert.deepEqual(parseResponse(given), { kind: "other", sentence: says });
  });
}

void test("response: a code of a newer daemon is an error all the same", () => {
  const response = parseResponse({ jsonrpc: "2.0", id: 1, error: { code: -1, message: "new" } });
  assert.deepEqual(response, { kind: "error", id: 1, code: -1, name: null, message: "new", data: null });
});

void test("response: any JSON is looked at without a throw", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => void parseResponse(value)));
});

void test("errors: each has a code of its own, and is found by it", () => {
  assert.deepEqual([...errorNames].sort(), Object.keys(wireErrors).sort());
  for (const name of errorNames) assert.equal(errorNameOf(wireErrors[name].code), name);
  assert.equal(errorNameOf(0), null);
});

function decodeOne(bytes: Uint8Array, limits: DecoderLimits): unknown {
  const [decoded, ...others] = new Decoder(limits).push(bytes);
  assert.ok(decoded?.kind === "value" && others.length === 0);
  return decoded.value;
}
