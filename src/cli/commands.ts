/** The table of all commands of failoverctl, in the order in which help shows them. */
import type { Command } from "./command.ts";
import { abandon } from "./commands/abandon.ts";
import { ack } from "./commands/ack.ts";
import { check } from "./commands/check.ts";
import { history } from "./commands/history.ts";
import { maintenance } from "./commands/maintenance.ts";
import { reload } from "./commands/reload.ts";
import { report } from "./commands/report.ts";
import { resume } from "./commands/resume.ts";
import { status } from "./commands/status.ts";

export const commands: readonly Command[] = [status, history, check, reload, maintenance, ack, resume, abandon, report];
