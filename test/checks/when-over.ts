/**
 * Tidying up after a test, the last thing first: what lives in a folder ends before the folder is removed. (The runner's own
 * `after` goes from the first to the last, and leaves out the rest when one of them fails.)
 */
import type { TestContext } from "node:test";

type Tidy = () => unknown;

const stacks = new WeakMap<object, Tidy[]>();

/** Runs `tidy` when the test is over, before everything that was asked for earlier; also when another one fails. */
export function whenOver(context: { after: TestContext["after"] }, tidy: Tidy): void {
  const stack = stacks.get(context);
  if (stack !== undefined) {
    stack.push(tidy);
    return;
  }
  const first = [tidy];
  stacks.set(context, first);
  context.after(async () => {
    const failures: unknown[] = [];
    for (const each of first.toReversed()) {
      try {
        await each();
      } catch (failure) {
        failures.push(failure);
      }
    }
    if (failures.length > 0)
      throw new AggregateError(failures, `tidying up failed: ${failures.map(String).join("; ")}`);
  });
}
