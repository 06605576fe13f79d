/** The table of all commands of failoverctl, in the order in which help shows them. */
import type { Command } from "./command.ts";
import { abandon } from "./commands/abandon.ts";
import { ack } from "./commands/ack.ts";
import { check } from "./commands/check.ts";
import { explain } from "./commands/explain.ts";
import { fence } from "./commands/fence.ts";
import { history } from "./commands/history.ts";
import { maintenance } from "./commands/maintenance.ts";
import { plugin } from "./commands/plugin.ts";
import { reload } from "./commands/reload.ts";
import { report } from "./commands/report.ts";
import { resume } from "./commands/resume.ts";
import { run } from "./commands/run.ts";
import { status } from "./commands/status.ts";
import { watch } from "./commands/watch.ts";

export const commands: readonly Command[] = [
  status,
  watch,
  history,
  explain,
  check,
  reload,
  maintenance,
  run,
  fence,
  ack,
  resume,
  abandon,
  report,
  plugin,
];
