/** All errors that a request can be answered with. README lists them, and a test compares the two. */

export const wireErrors = {
  parse: { code: -32700, meaning: "the line is not JSON, not UTF-8, too long or nested too deep" },
  "invalid-request": { code: -32600, meaning: "the line is JSON, and not a JSON-RPC 2.0 request" },
  "no-such-method": { code: -32601, meaning: "there is no method of that name" },
  "invalid-params": {
    code: -32602,
    meaning: "the parameters are not what the method takes; the message says which and why",
  },
  internal: { code: -32603, meaning: "a mistake in failoverd itself" },
  refused: { code: -32000, meaning: "understood, and not done; the message says why" },
  "not-found": { code: -32001, meaning: "there is no rule, run, check or host of that name" },
  "too-busy": { code: -32002, meaning: "there are too many clients already" },
  "not-allowed": { code: -32003, meaning: "the method changes something, and this socket is for reading" },
  expired: { code: -32004, meaning: "its turn came after its `expiresAtBootMs`; nothing was done" },
} as const;

export type WireErrorName = keyof typeof wireErrors;

/** An answer that is not a result. `data`: for programs, where the method says what. */
export interface WireError {
  readonly name: WireErrorName;
  /** One sentence for a person. */
  readonly message: string;
  readonly data?: unknown;
}

/** The name of a code that came over the wire; null if it is none of ours. */
export function errorNameOf(code: number): WireErrorName | null {
  for (const name of errorNames) if (wireErrors[name].code === code) return name;
  return null;
}

export const errorNames: readonly WireErrorName[] = [
  "parse",
  "invalid-request",
  "no-such-method",
  "invalid-params",
  "internal",
  "refused",
  "not-found",
  "too-busy",
  "not-allowed",
  "expired",
];
