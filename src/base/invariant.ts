/**
 * Our own mistakes. A broken invariant is never handled: the daemon ends, is started again, and recovers from its journal,
 * which is safer than going on in a state that nobody thought of.
 */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** Holds `condition` to be true. Throws `InvariantError` with `sentence`, which says what should have been so. */
export function invariant(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new InvariantError(sentence);
}

/** For the end of an exhaustive `switch` or `if` chain: a value that the types say cannot be. */
export function unreachable(value: never): never {
  throw new InvariantError(`unreachable value ${JSON.stringify(value)}`);
}
