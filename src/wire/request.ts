/** The daemon's end: a JSON value -> a request that can be done, or the error that it is answered with. JSON-RPC 2.0. */
import { nearest } from "../base/nearest.ts";
import { printable } from "../base/terminal-text.ts";
import { isObject, parseNumber, parseObject, parseOptional, parseString } from "../base/shape.ts";
import type { WireError } from "./error.ts";
import { isMethodName, methodNames, methods, type Call } from "./methods.ts";

/** What an answer carries to say whose it is. Null: the request's could not be read. */
export type RequestId = string | number | null;

export type Request =
  /** To be answered exactly once. */
  | ({ readonly kind: "request"; readonly id: RequestId } & Wanted)
  /** Not to be answered. */
  | ({ readonly kind: "notification" } & Wanted)
  /** To be answered with this error; nothing is done. */
  | { readonly kind: "bad"; readonly id: RequestId; readonly error: WireError };

/** What is to be done, and until when. */
export interface Wanted {
  readonly call: Call;
  /**
   * When whoever asked gives up and says that it was not done, by the clock that all processes of a machine share
   * (`Clock.bootMs`): from then on it must not be done.
   */
  readonly expiresAtBootMs?: number;
}

/** The sockets: everything, or reading only. */
export type Right = "change" | "read";

const idCharactersMax = 128;

/** `right`: what the socket that it came by allows. */
export function parseRequest(value: unknown, right: Right): Request {
  if (Array.isArray(value)) return invalid(null, "batches are not taken: send each request as a line of its own");
  if (!isObject(value)) return invalid(null, "expected a JSON-RPC 2.0 request: an object");
  const rawId = value["id"];
  if (rawId !== undefined && !isId(rawId)) {
    return invalid(null, `id: expected a number, or a string of at most ${idCharactersMax} characters`);
  }
  const id = rawId ?? null;
  const envelope = parseEnvelope(value, "request");
  if (!envelope.ok) return invalid(id, envelope.sentence);
  if (envelope.value.jsonrpc !== "2.0") return invalid(id, 'jsonrpc: expected "2.0"');
  const name = envelope.value.method;
  if (!isMethodName(name)) return bad(id, { name: "no-such-method", message: sayUnknown(name) });
  const facts = methods[name];
  if (facts.right === "change" && right === "read") {
    return bad(id, { name: "not-allowed", message: `${name} changes something, and this socket is for reading only` });
  }
  if (rawId === undefined && !facts.isNotifiable) return invalid(null, `${name} needs an id, to be answered`);
  const call = facts.parse(value["params"], "params");
  if (!call.ok) return bad(id, { name: "invalid-params", message: call.sentence });
  const { expiresAtBootMs } = envelope.value;
  const wanted: Wanted = { call: call.value, ...(expiresAtBootMs === undefined ? {} : { expiresAtBootMs }) };
  return rawId === undefined ? { kind: "notification", ...wanted } : { kind: "request", id, ...wanted };
}

const parseAnything = (value: unknown): { readonly ok: true; readonly value: unknown } => ({ ok: true, value });

const parseEnvelope = parseObject(
  {
    jsonrpc: parseString,
    method: parseString,
    params: parseOptional(parseAnything),
    id: parseOptional(parseAnything),
    expiresAtBootMs: parseOptional(parseNumber),
  },
  { others: "refused" },
);

function isId(value: unknown): value is RequestId {
  if (typeof value === "string") return value.length <= idCharactersMax;
  return value === null || (typeof value === "number" && Number.isFinite(value));
}

function invalid(id: RequestId, message: string): Request {
  return bad(id, { name: "invalid-request", message });
}

function bad(id: RequestId, error: WireError): Request {
  return { kind: "bad", id, error };
}

function sayUnknown(name: string): string {
  const shown = printable(JSON.stringify(name.slice(0, 60)));
  const meant = nearest(name.slice(0, 60), methodNames);
  return `there is no method ${shown}; ${meant === null ? `the methods are ${methodNames.join(", ")}` : `did you mean ${meant}?`}`;
}
