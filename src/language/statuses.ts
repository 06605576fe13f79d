/**
 * Statuses in conditions and triggers. Some are of the language; beyond them a report may name whatever it likes, so
 * another word is a mistake only if nothing in checks.conf can report it.
 */
import type { Declarations } from "./declarations.ts";
import { knownStatuses } from "./known-statuses.ts";
import { didYouMean } from "./suggest.ts";
import { plainText, shownText } from "./words.ts";
import type { Complaints } from "./complaints.ts";
import type { Word } from "./tree.ts";
import type { Population, Subject } from "../core/condition.ts";

/** The statuses that the words say; null if one is none at all, which is told. */
export function readStatuses(
  words: readonly Word[],
  of: Subject | Population | null,
  context: { readonly declarations: Declarations; readonly complaints: Complaints },
): readonly string[] | null {
  const statuses = words.map((word) => readStatus(word, context));
  if (of === null) return null;
  return statuses.every((status) => status !== null) ? statuses : null;
}

function readStatus(
  word: Word,
  { declarations, complaints }: { readonly declarations: Declarations; readonly complaints: Complaints },
): string | null {
  const status = plainText(word);
  if (status === null) {
    complaints.add("E314", word.span, "a status is written out; a variable cannot stand for it", null);
    return null;
  }
  return isStatus(status, declarations) ? status : refuseStatus(status, word, declarations, complaints);
}

export function isStatus(status: string, declarations: Declarations): boolean {
  if (knownStatuses.some((known) => known === status)) return true;
  const isIdentifier = /^[a-z][a-z0-9_-]{0,63}$/.test(status);
  return isIdentifier && declarations.hasFreeStatuses;
}

export function refuseStatus(status: string, word: Word, declarations: Declarations, complaints: Complaints): null {
  const isName = declarations.hostNames.has(status) || declarations.byName.has(status);
  const hint = (): string | null => {
    if (isName)
      return `\`${status}\` is a ${declarations.hostNames.has(status) ? "host" : "check"}: say what it should be, \`… or ${status} is …\``;
    const lower = status.toLowerCase();
    if (lower === "stale") return "what is stale is `unknown`";
    if (knownStatuses.some((known) => known === lower)) return `write \`${lower}\``;
    return (
      didYouMean(status, knownStatuses) ??
      `statuses are ${knownStatuses.join(", ")}; other words only checks with \`dialect report\` and passive ones can report`
    );
  };
  complaints.add("E605", word.span, `\`${shownText(word)}\` is not a status that a check could report`, hint);
  return null;
}
