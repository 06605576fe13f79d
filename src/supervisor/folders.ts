/** Where everything is: the one root, and the parts of it that a package may put elsewhere. Absolute paths, all of them. */
import { join, resolve } from "node:path";

export interface Folders {
  readonly root: string;
  /** checks.conf, actions.conf, and secrets. */
  readonly conf: string;
  readonly checks: string;
  readonly actions: string;
  /** Table, journal, run logs, sockets: made at the first start, mode 0700. */
  readonly var: string;
}

/** `conf` and `var` are where they are said to be (from the working directory), or in the root. */
export function foldersOf(places: {
  readonly root: string;
  readonly conf: string | null;
  readonly var: string | null;
}): Folders {
  const root = resolve(places.root);
  return {
    root,
    conf: places.conf === null ? join(root, "conf") : resolve(places.conf),
    checks: join(root, "checks"),
    actions: join(root, "actions"),
    var: places.var === null ? join(root, "var") : resolve(places.var),
  };
}
