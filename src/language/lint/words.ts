/**
 * What can go wrong with the words of a command, which are all legal: W24, a variable that is none, W25, a word that only a shell
 * would understand, and W26, options that are not in braces. Each would be given to the script, which may well take no notice.
 * In '…' a word is meant as it stands.
 */
import { splitCommand } from "../command-meaning.ts";
import { optionsAtEnd } from "../loose-options.ts";
import { builtInNames } from "../scope.ts";
import { shownText } from "../words.ts";
import type { Owner } from "../option-table.ts";
import type { Source } from "../source.ts";
import type { Command, Word } from "../tree.ts";
import type { Linted, Warning } from "./linted.ts";

type Sources = Readonly<Record<Warning["file"], Source>>;

interface Line {
  readonly file: Warning["file"];
  readonly command: Command;
  readonly owner: Owner;
}

export function* lintWords(linted: Linted, sources: Sources): Iterable<Warning> {
  const variables = [...builtInNames, ...linted.meaning.variables.map(({ name }) => name)];
  for (const line of linesOf(linted)) {
    const { file, command } = line;
    const known = new Set(file === "checks" ? ["LOCAL"] : variables);
    const { text } = sources[file];
    const isTold = new Set<Warning["code"]>();
    const found = [...findVariables(line, known, text), ...findShell(line, text), ...findOptions(line)];
    for (const warning of found) {
      if (!isTold.has(warning.code)) yield { file, ...warning };
      isTold.add(warning.code);
    }
    for (const option of command.options) {
      if (option.kind !== "plain" || shownText(option.name) !== "undo") continue;
      const split = splitCommand(option.values);
      if (split.kind !== "split") continue;
      const undo = { ...line, command: { ...command, words: split.words } };
      for (const warning of findVariables(undo, known, text)) if (!isTold.has(warning.code)) yield { file, ...warning };
    }
  }
}

function linesOf({ meaning, checks }: Linted): readonly Line[] {
  const ofChecks = checks.map(({ declared }): Line => {
    const owner = declared.kind === "scheduled" ? "check" : (`${declared.kind} check` as const);
    return { file: "checks", command: declared.command, owner };
  });
  const ofRules = meaning.rules.flatMap(({ commands }) =>
    commands.map((command): Line => ({ file: "actions", command, owner: "action" })),
  );
  const ofNotifiers = meaning.notifiers.map(({ command }): Line => ({ file: "actions", command, owner: "notifier" }));
  return [...ofChecks, ...ofRules, ...ofNotifiers];
}

type Found = Omit<Warning, "file">;

function* findVariables({ command }: Line, known: ReadonlySet<string>, text: string): Iterable<Found> {
  const [script, ...rest] = command.words;
  for (const word of rest) {
    const asWritten = text
      .slice(word.span.start, word.span.end)
      .replaceAll(/'[^']*'/g, "'")
      .replaceAll(/%[A-Za-z_][A-Za-z0-9_]{0,63}%|%%/g, "'");
    for (const [slip] of asWritten.matchAll(/[$%][A-Za-z_][A-Za-z0-9_]*|[A-Za-z_][A-Za-z0-9_]*%/g)) {
      const name = slip.replaceAll(/[$%]/g, "");
      if (!known.has(name)) continue;
      const message = `\`${slip}\` is not a variable, and is given to \`${sayScript(script)}\` as it stands`;
      const hint = `did you mean \`%${name}%\`? If it is meant as it stands, put it in '…'`;
      yield { code: "W24", span: word.span, message, hint };
    }
  }
}

/** Pipes, lists and redirections, as shells have them. */
const shellWord = /^(?:\|\|?|&&?|;|\d*(?:<|>>?|&>)(?:&?\d+|&-|\/.*)?)$/;

function* findShell({ command }: Line, text: string): Iterable<Found> {
  const [script, ...rest] = command.words;
  for (const [at, word] of rest.entries()) {
    const asWritten = text.slice(word.span.start, word.span.end);
    const isList = asWritten.endsWith(";") && at < rest.length - 1;
    if (!isList && !shellWord.test(asWritten)) continue;
    const message = `no shell sees this line: \`${asWritten}\` is given to \`${sayScript(script)}\` as a word like any other`;
    const hint = "put what needs a shell into a script of its own; a word that is meant as it stands, in '…'";
    yield { code: "W25", span: word.span, message, hint };
  }
}

function* findOptions({ command, owner }: Line): Iterable<Found> {
  const loose = optionsAtEnd(command.words, [owner]);
  if (loose === null) return;
  const message = `\`${loose.text}\` is no option here, but is given to \`${sayScript(command.words[0])}\` as words`;
  yield { code: "W26", span: loose.span, message, hint: `options stand in braces: \`{ ${loose.text} }\`` };
}

function sayScript(script: Word | undefined): string {
  return script === undefined ? "" : shownText(script);
}
