/**
 * The client's end: a JSON value -> what the daemon says. Results are handed on as they are: they come from a daemon that
 * may be newer, over a socket that only its owner can make, and are shown, not relied on.
 */
import { isObject } from "../base/shape.ts";
import { errorNameOf, type WireErrorName } from "./error.ts";

export type Response =
  | { readonly kind: "result"; readonly id: number; readonly result: unknown }
  /** `id: null`: the daemon could not tell which request it was. `name: null`: a code that this version does not know. */
  | {
      readonly kind: "error";
      readonly id: number | null;
      readonly code: number;
      readonly name: WireErrorName | null;
      readonly message: string;
      readonly data: unknown;
    }
  /** A journal entry, for a subscriber. */
  | { readonly kind: "record"; readonly entry: Readonly<{ [name: string]: unknown }> }
  /** Nothing that this version knows. */
  | { readonly kind: "other"; readonly sentence: string };

export function parseResponse(value: unknown): Response {
  if (!isObject(value) || value["jsonrpc"] !== "2.0")
    return { kind: "other", sentence: "the answer is not JSON-RPC 2.0" };
  const { id, method, params, error, result } = value;
  if (method === "record" && isObject(params)) return { kind: "record", entry: params };
  if (typeof method === "string") return { kind: "other", sentence: `an unknown notification: ${method}` };
  if (isObject(error)) {
    const { code, message, data = null } = error;
    if (typeof code === "number" && typeof message === "string" && (typeof id === "number" || id === null)) {
      return { kind: "error", id, code, name: errorNameOf(code), message, data };
    }
  } else if (typeof id === "number" && result !== undefined) return { kind: "result", id, result };
  return { kind: "other", sentence: "the answer is neither a result nor an error" };
}
