/** Requests as they come over the socket, and what is understood of them or answered. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { methodNames, methods } from "../../src/wire/methods.ts";
import { parseRequest, type Request } from "../../src/wire/request.ts";

interface Row {
  readonly name: string;
  readonly given: unknown;
  readonly want: Request;
}

const request = (method: string, params?: unknown, id: unknown = 1): unknown => ({
  jsonrpc: "2.0",
  id,
  method,
  ...(params === undefined ? {} : { params }),
});

const invalid = (message: string, id: string | number | null = null): Request => ({
  kind: "bad",
  id,
  error: { name: "invalid-request", message },
});

const wrongParams = (message: string): Request => ({ kind: "bad", id: 1, error: { name: "invalid-params", message } });

const understood: readonly { readonly method: string; readonly params: unknown }[] = [
  { method: "status", params: {} },
  { method: "history", params: {} },
  { method: "history", params: { sinceSeq: 41, sinceWallMs: 0, run: 7, limit: 1_000 } },
  { method: "subscribe", params: {} },
  { method: "subscribe", params: { fromSeq: 1 } },
  { method: "explain", params: { rule: "slave_to_master of host1" } },
  { method: "report", params: { check: "backup_agent", status: "ok" } },
  {
    method: "report",
    params: {
      check: "backup_agent",
      host: "host2.example.org",
      status: "s3-sync_ing",
      output: "line",
      longOutput: "two\nlines",
      metrics: [{ label: "age", value: 7.5, unit: "s", warn: "10", crit: "@20:30", min: 0, max: null }],
    },
  },
  { method: "reload", params: {} },
  { method: "ack", params: { what: "journal" } },
  { method: "resume", params: { run: 7 } },
  { method: "abandon", params: { run: 7 } },
  { method: "run", params: { rule: "slave_to_master", isDryRun: true } },
  { method: "maintenance", params: { on: true, scope: "*", forMs: 3_600_000, reason: "new memory" } },
  { method: "maintenance", params: { on: false, scope: "check_db on host1" } },
  { method: "fence", params: { host: "host1", verb: "off" } },
];

for (const { method, params } of understood) {
  void test(`request: ${method} ${JSON.stringify(params)}`, () => {
    const parsed = parseRequest(request(method, params, "a"), "change");
    assert.deepEqual(parsed, { kind: "request", id: "a", call: { method, params } });
  });
}

const rows: readonly Row[] = [
  {
    name: "no parameters at all",
    given: request("status"),
    want: { kind: "request", id: 1, call: { method: "status", params: {} } },
  },
  {
    name: "metrics with what may be left out",
    given: request("report", { check: "a", status: "ok", metrics: [{ label: "age", value: null }] }),
    want: {
      kind: "request",
      id: 1,
      call: {
        method: "report",
        params: {
          check: "a",
          status: "ok",
          metrics: [{ label: "age", value: null, unit: "", warn: null, crit: null, min: null, max: null }],
        },
      },
    },
  },
  {
    name: "a report that wants no answer",
    given: { jsonrpc: "2.0", method: "report", params: { check: "a", status: "ok" } },
    want: { kind: "notification", call: { method: "report", params: { check: "a", status: "ok" } } },
  },
  {
    name: "an id that is null",
    given: request("status", {}, null),
    want: { kind: "request", id: null, call: { method: "status", params: {} } },
  },
  {
    name: "a batch",
    given: [request("status")],
    want: invalid("batches are not taken: send each request as a line of its own"),
  },
  { name: "a number", given: 7, want: invalid("expected a JSON-RPC 2.0 request: an object") },
  {
    name: "no version",
    given: { id: 1, method: "status" },
    want: invalid("request.jsonrpc: expected a string, got nothing", 1),
  },
  {
    name: "another version",
    given: { jsonrpc: "1.0", id: 1, method: "status" },
    want: invalid('jsonrpc: expected "2.0"', 1),
  },
  {
    name: "no method",
    given: { jsonrpc: "2.0", id: 1 },
    want: invalid("request.method: expected a string, got nothing", 1),
  },
  {
    name: "a method that is a number",
    given: { jsonrpc: "2.0", id: 1, method: 5 },
    want: invalid("request.method: expected a string, got 5", 1),
  },
  {
    name: "a field that JSON-RPC does not know",
    given: { jsonrpc: "2.0", id: 1, method: "status", parms: {} },
    want: invalid('request: unknown field "parms"; the fields are jsonrpc, method, params, id, expiresAtBootMs', 1),
  },
  {
    name: "a change that is wanted for so long",
    given: { jsonrpc: "2.0", id: 1, method: "resume", params: { run: 7 }, expiresAtBootMs: 1_234.5 },
    want: { kind: "request", id: 1, call: { method: "resume", params: { run: 7 } }, expiresAtBootMs: 1_234.5 },
  },
  {
    name: "a report that wants no answer, and is wanted for so long",
    given: { jsonrpc: "2.0", method: "report", params: { check: "a", status: "ok" }, expiresAtBootMs: 7 },
    want: {
      kind: "notification",
      call: { method: "report", params: { check: "a", status: "ok" } },
      expiresAtBootMs: 7,
    },
  },
  {
    name: "a time that is none",
    given: { jsonrpc: "2.0", id: 1, method: "status", expiresAtBootMs: "soon" },
    want: invalid('request.expiresAtBootMs: expected a number, got "soon"', 1),
  },
  {
    name: "an id that is an object",
    given: request("status", {}, {}),
    want: invalid("id: expected a number, or a string of at most 128 characters"),
  },
  {
    name: "an id that is too long",
    given: request("status", {}, "x".repeat(129)),
    want: invalid("id: expected a number, or a string of at most 128 characters"),
  },
  {
    name: "no id where there is an answer",
    given: { jsonrpc: "2.0", method: "status" },
    want: invalid("status needs an id, to be answered"),
  },
  {
    name: "a method that was meant otherwise",
    given: request("statsu"),
    want: {
      kind: "bad",
      id: 1,
      error: { name: "no-such-method", message: 'there is no method "statsu"; did you mean status?' },
    },
  },
  {
    name: "a method that is the name of something in every object",
    given: request("constructor"),
    want: {
      kind: "bad",
      id: 1,
      error: {
        name: "no-such-method",
        message: `there is no method "constructor"; the methods are ${methodNames.join(", ")}`,
      },
    },
  },
  {
    name: "parameters by position",
    given: request("resume", [7]),
    want: wrongParams("params: expected an object, because parameters are given by name, got a list"),
  },
  {
    name: "a parameter that is missing",
    given: request("resume", {}),
    want: wrongParams("params.run: expected a whole number from 1 to 9007199254740991, got nothing"),
  },
  {
    name: "a parameter of the wrong kind",
    given: request("resume", { run: "7" }),
    want: wrongParams('params.run: expected a whole number from 1 to 9007199254740991, got "7"'),
  },
  {
    name: "a parameter that is unknown",
    given: request("ack", { what: "a", why: "b" }),
    want: wrongParams('params: unknown field "why"; the fields are what'),
  },
  {
    name: "more history than a page",
    given: request("history", { limit: 5_000 }),
    want: wrongParams("params.limit: expected a whole number from 1 to 1000, got 5000"),
  },
  {
    name: "a status that is no word",
    given: request("report", { check: "a", status: "not ok" }),
    want: wrongParams(
      'params.status: expected a status: one word such as ok, warning, critical, unknown, down, master or slave, got "not ok"',
    ),
  },
  {
    name: "a host that is an option",
    given: request("report", { check: "a", status: "ok", host: "a b" }),
    want: wrongParams('params.host: expected a host name: letters, digits, and . _ : -, got "a b"'),
  },
  {
    name: "an output that is too long",
    given: request("report", { check: "a", status: "ok", output: "x".repeat(8_193) }),
    want: wrongParams("params.output: expected at most 8192 characters, got 8193"),
  },
  {
    name: "a metric that is wrong",
    given: request("report", {
      check: "a",
      status: "ok",
      metrics: [
        { label: "a", value: 1 },
        { label: "b", value: "2" },
      ],
    }),
    want: wrongParams('params.metrics[1].value: expected a number, got "2"'),
  },
  {
    name: "a rule with control characters",
    given: request("run", { rule: "a\u001b[31m", isDryRun: false }),
    want: wrongParams(
      'params.rule: expected a name: at least one character, and no control characters, got "a\\u001b[31m"',
    ),
  },
  {
    name: "no rule",
    given: request("explain", { rule: "" }),
    want: wrongParams('params.rule: expected a name: at least one character, and no control characters, got ""'),
  },
  {
    name: "a maintenance without an end that is one",
    given: request("maintenance", { on: true, scope: "*", forMs: 0 }),
    want: wrongParams("params.forMs: expected a whole number from 1 to 315360000000, got 0"),
  },
  {
    name: "a fence that is something else",
    given: request("fence", { host: "host1", verb: "reboot" }),
    want: wrongParams('params.verb: expected "off" or "status", got "reboot"'),
  },
];

for (const { name, given, want } of rows) {
  void test(`request: ${name}`, () => assert.deepEqual(parseRequest(given, "change"), want));
}

void test("request: the socket for reading takes what reads, and nothing that changes", () => {
  const reading = methodNames.filter((name) => {
    const parsed = parseRequest(request(name, { nonsense: 1 }), "read");
    assert.equal(parsed.kind, "bad");
    return parsed.kind === "bad" && parsed.error.name !== "not-allowed";
  });
  assert.deepEqual(reading, ["status", "history", "subscribe", "explain"]);
  for (const [name, { right }] of Object.entries(methods)) assert.equal(right === "read", reading.includes(name), name);
});

void test("request: any JSON is understood or answered, without a throw", () => {
  const field = fc.constantFrom(
    "rule",
    "run",
    "check",
    "host",
    "status",
    "what",
    "on",
    "scope",
    "metrics",
    "__proto__",
    "limit",
  );
  const params = fc.oneof(fc.jsonValue(), fc.dictionary(field, fc.jsonValue()));
  const near = fc.record(
    {
      jsonrpc: fc.constantFrom("2.0", 2),
      id: fc.jsonValue(),
      method: fc.constantFrom(...methodNames, "toString"),
      params,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), near), fc.constantFrom("change", "read"), (value, right) => {
      const parsed = parseRequest(value, right);
      if (parsed.kind === "bad") assert.ok(parsed.error.message.length > 0 && parsed.error.message.length < 1_000);
    }),
  );
});
