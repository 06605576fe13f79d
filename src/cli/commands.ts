/** The table of all commands of failoverctl, in the order in which help shows them. */
import type { Command } from "./command.ts";
import { check } from "./commands/check.ts";

export const commands: readonly Command[] = [check];
