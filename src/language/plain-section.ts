/** Sections that are a list of commands and nothing else, `[fence HOST]` and `[notify]`: each command with its settings, the section's own beneath. */
import { mergeDefaults, noSettings, overlay, readSettings, type ReadSettings } from "./settings.ts";
import type { Owner } from "./option-table.ts";
import type { Settings, SettingsContext } from "./setting-values.ts";
import type { Command, Section } from "./tree.ts";

export interface SettledCommand {
  readonly command: Command;
  readonly settings: Settings;
}

export interface PlainSection {
  /** As a person names it: `[notify]`. */
  readonly title: string;
  /** What a line of it is: `command`. */
  readonly line: string;
  /** Whose options a line may have. */
  readonly owner: Owner;
  /** How to mend a section that is empty, and one that has a condition. */
  readonly hints: { readonly empty: string; readonly condition: string | null };
}

/** The commands that can be read; all mistakes are told. */
export function readPlainSection(
  section: Section,
  plain: PlainSection,
  context: SettingsContext,
): readonly SettledCommand[] {
  const { complaints } = context;
  const { title, line: lineName, owner, hints } = plain;
  const settingsOf = (line: { readonly options: Command["options"] }, isDefaults: boolean): ReadSettings =>
    readSettings(line.options, { owners: [owner], isDefaults, what: `a ${owner}` }, context);
  let defaults: ReadSettings = noSettings;
  let hasCommand = false;
  const settled: SettledCommand[] = [];
  for (const line of section.lines) {
    switch (line.kind) {
      case "command":
        hasCommand = true;
        if (!line.isBroken)
          settled.push({ command: line, settings: overlay(defaults.settings, settingsOf(line, false).settings) });
        break;
      case "defaults":
        if (hasCommand && !line.isBroken) {
          const sentence = `braces alone on a line are for the whole section, and stand above its first ${lineName}`;
          complaints.add("E312", line.span, sentence, null);
          break;
        }
        defaults = mergeDefaults(defaults, settingsOf(line, true), complaints);
        break;
      case "when":
      case "if": {
        const span = { start: line.span.start, end: line.span.start + line.kind.length };
        complaints.add("E504", span, `\`${line.kind}\` belongs into a rule, not into \`${title}\``, hints.condition);
        break;
      }
      case "assignment":
      case "unreadable":
        break;
    }
  }
  if (section.lines.length === 0)
    complaints.add("E209", section.header.span, `there is no ${lineName} in this section`, hints.empty);
  return settled;
}
