/**
 * Two hosts whose roles the test itself reports: host1 and host2, both slaves at first, so that every report is a result
 * at once and nothing depends on an interval.
 */
import type { TestContext } from "node:test";
import { noteDown, RealDaemon } from "./real-daemon.ts";

const passive = "[passive]\n{ fall 1, stale 1h }\nrole { for host1 }\nrole { for host2 }\n";

export interface Scenery {
  readonly actionsConf: string;
  /** Scripts other than those that only note that they ran. */
  readonly scripts?: Readonly<Record<string, string>>;
  /** Checks beside those by which the test reports the roles: what stands in checks.conf before them, and their scripts. */
  readonly checksConf?: string;
  readonly checks?: Readonly<Record<string, string>>;
}

/** A daemon that has learned that both are slaves. Every action of `one` to `four` notes that it ran. */
export async function twoSlaves(
  t: TestContext,
  { actionsConf, scripts = {}, checksConf = "", checks = {} }: Scenery,
): Promise<RealDaemon> {
  const noted = ["one", "two", "three", "four", "undo_one", "undo_two"].map((name) => [name, noteDown] as const);
  const daemon = new RealDaemon({
    "checks.conf": checksConf + passive,
    checks,
    "actions.conf": actionsConf,
    actions: { ...Object.fromEntries(noted), ...scripts },
  });
  t.after(() => daemon.close());
  await daemon.start();
  await daemon.report("role", "host1", "slave");
  await daemon.report("role", "host2", "slave");
  await daemon.learned();
  return daemon;
}
