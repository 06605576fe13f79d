/** Messages -> lines of bytes, for both ends. A line holds no newline but its own: JSON writes those in strings as `\n`. */
import type { ShownEntry } from "../core/shown-entry.ts";
import type { MethodName, ParamsOf, Results } from "./methods.ts";
import { wireErrors, type WireError } from "./error.ts";
import type { RequestId } from "./request.ts";

const encoder = new TextEncoder();

/** The answer to a request that was done. */
export function encodeResult(id: RequestId, result: Results[MethodName]): Uint8Array {
  return encodeLine({ jsonrpc: "2.0", id, result });
}

/** The same, where the result is JSON already. */
export function encodeResultText(id: RequestId, text: string): Uint8Array {
  return encoder.encode(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${text}}\n`);
}

export function encodeError(id: RequestId, { name, message, data }: WireError): Uint8Array {
  const { code } = wireErrors[name];
  return encodeLine({ jsonrpc: "2.0", id, error: { code, message, ...(data === undefined ? {} : { data }) } });
}

/** What a subscriber is sent for each entry of the journal. */
export function encodeRecord(entry: ShownEntry): Uint8Array {
  return encodeLine({ jsonrpc: "2.0", method: "record", params: entry });
}

/** A client's request; `id: null` leaves it out, and asks for no answer; `expiresAtBootMs: null` wants it done whenever its turn comes. */
export function encodeRequest<M extends MethodName>(
  id: number | null,
  method: M,
  params: ParamsOf<M>,
  expiresAtBootMs: number | null = null,
): Uint8Array {
  return encodeLine({
    jsonrpc: "2.0",
    ...(id === null ? {} : { id }),
    method,
    params,
    ...(expiresAtBootMs === null ? {} : { expiresAtBootMs }),
  });
}

function encodeLine(message: Readonly<{ [name: string]: unknown }>): Uint8Array {
  return encoder.encode(`${JSON.stringify(message)}\n`);
}
