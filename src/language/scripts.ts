/** A script that cannot be run, said when the file is loaded and not at three in the morning. */
import { nearest } from "../base/nearest.ts";
import { knownStatuses } from "./known-statuses.ts";
import { ownersOf } from "./option-table.ts";
import { didYouMean } from "./suggest.ts";
import type { Complaints } from "./complaints.ts";
import type { FoundScript, ScriptFolder, Surroundings } from "./surroundings.ts";
import { shownText } from "./words.ts";
import type { Span, Word } from "./tree.ts";

/**
 * What can be no script, whatever there is on the disk: an empty word, and `interval = 5s`, where other programs have their
 * settings. True, with a complaint, if the words begin like that.
 */
export function refuseFirstWord(words: readonly Word[], hint: string, complaints: Complaints): boolean {
  const [first, second] = words;
  if (first === undefined) return false;
  if (shownText(first) === "") {
    complaints.add("E316", first.span, "here is an empty word, and the name of a script was expected", null);
    return true;
  }
  const joined = /^[A-Za-z_][A-Za-z0-9_]*=/.exec(shownText(first));
  const isSetting = second !== undefined && shownText(second) === "=";
  if (joined === null && !isSetting) return false;
  const span = isSetting ? second.span : first.span;
  complaints.add("E211", span, "this line is read as a command, and no setting can stand here", hint);
  return true;
}

/**
 * `wehn host1 is down`: the clause that a line was meant to be whose script is not there, as it would begin; null: none. Of a
 * script that is there nobody asks, it may well be told that a host is down.
 */
export function meantClause(words: readonly Word[]): "when" | "if" | "if not" | null {
  const [first = "", ...rest] = words.map(shownText);
  const isUnless = first === "unless";
  const near = nearest(first, ["when", "if"]);
  const pattern = near === null && !isUnless ? conditionPattern : /(?:^| )(?:is|are|was|of) /;
  if (!pattern.test(rest.join(" "))) return null;
  if (isUnless) return "if not";
  return near === "if" ? "if" : "when";
}

const hintForUnless = "there is no `unless`: write `if not (…)`, with the condition in the parentheses";

const conditionPattern = new RegExp(
  `(?:is|are|was) (?:not )?(?:in its|\\(?(?:${knownStatuses.join("|")})\\b)|\\S of \\S+ (?:[<>=]|!=)`,
);

/** A line whose script is not there, and that was to be no command but a clause, or options: what stands below it is not below an action. */
export function isMeantOtherwise(words: readonly Word[]): boolean {
  const [script] = words.map(shownText);
  return script !== undefined && (meantLine(script, words) !== null || meantClause(words) !== null);
}

/** What a line was meant to be that begins with a word of the language, and is read as a command; null: nothing else. */
function meantLine(script: string, words: readonly Word[]): string | null {
  if (script === "and" || script === "or")
    return "a condition goes on over several lines if each but the last ends with `\\`";
  if (ownersOf(script).length === 0) return null;
  return `options stand in braces: \`{ ${words.map(shownText).join(" ")} }\``;
}

export function refuseScript(
  refused: FoundScript & { readonly kind: "refused" },
  of: { readonly script: string; readonly folder: ScriptFolder; readonly words: readonly Word[]; readonly span: Span },
  surroundings: Surroundings,
  complaints: Complaints,
): void {
  const isBareName = !of.script.includes("/") && !of.script.includes(":");
  /** One that is there is meant, and a name that is nearly the same would hide how to mend it. */
  const others = (): readonly string[] => surroundings.scriptNames(of.folder).filter((name) => name !== of.script);
  const hint = (): string | null => {
    const misspelt = isBareName ? didYouMean(of.script, others()) : null;
    const clause = of.folder === "actions" && misspelt === null ? meantClause(of.words) : null;
    const meant = clause === null ? null : clause === "if not" ? hintForUnless : `did you mean \`${clause}\`?`;
    return meantLine(of.script, of.words) ?? meant ?? refused.hint ?? misspelt;
  };
  complaints.add("E316", of.span, `\`${of.script}\` cannot be run: ${refused.reason}`, hint);
}
