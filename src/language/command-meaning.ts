/** The words of an action -> a command with its variables still open. */
import { checkVariable } from "./scope.ts";
import { readAgentCommand, type CommandContext } from "./agent-command.ts";
import { isOcf } from "./ocf.ts";
import { refuseFirstWord, refuseScript } from "./scripts.ts";
import { templateOf } from "./template.ts";
import { plainText } from "./words.ts";
import type { Settings } from "./setting-values.ts";
import type { Segment, Word } from "./tree.ts";
import type { CommandTemplate } from "../core/configuration.ts";

/** null: a word has no meaning or the script cannot be run, which is told. */
export function readCommand(
  words: readonly Word[],
  settings: Pick<Settings, "env" | "user" | "timeoutMs">,
  context: CommandContext,
): CommandTemplate | null {
  const { complaints, surroundings } = context;
  const [scriptWord, ...rest] = words;
  if (scriptWord === undefined) return null;
  const script = plainText(scriptWord);
  if (script === null) {
    complaints.add(
      "E314",
      scriptWord.span,
      "the script itself cannot come from a variable: it has to be known, and looked at, before it is needed",
      null,
    );
    return null;
  }
  const hint = "variables stand in `[vars]`, options in braces: `{ timeout 5s }`";
  if (refuseFirstWord(words, hint, complaints)) return null;
  const areKnown = rest.map((word) => checkVariables(word, context)).every((isKnown) => isKnown);
  const user = settings.user ?? null;
  const found = surroundings.findScript("actions", script, user);
  if (found.kind === "refused") {
    refuseScript(found, { script, folder: "actions", words, span: scriptWord.span }, surroundings, complaints);
    return null;
  }
  if (!areKnown) return null;
  if (isOcf(script)) return readAgentCommand([scriptWord, ...rest], { script, path: found.path, settings }, context);
  const env = { FAILOVERD_LOCAL_HOST: surroundings.localHost, ...settings.env };
  return { program: found.path, words: words.map(templateOf), env, user };
}

/** Complains of the word's variables that have no value here. */
export function checkVariables(
  word: Word,
  { scope, complaints }: Pick<CommandContext, "scope" | "complaints">,
): boolean {
  const variables = word.segments.flatMap((segment) => (segment.kind === "variable" ? [segment.name] : []));
  return variables.every((name) => checkVariable(name, word.span, scope, complaints));
}

export type SplitCommand =
  | { readonly kind: "split"; readonly words: readonly Word[] }
  /** A quote in it is not closed. */
  | { readonly kind: "unclosed" }
  /** It has braces outside of quotes. */
  | { readonly kind: "braces" };

/**
 * `undo "unplumb %VIP%"`: one word that holds a command is taken apart at its blanks, and quotes inside of it quote. Its
 * variables were found when the outer word was read and stay whole, whatever they will stand for. Several words are taken
 * as they are.
 */
export function splitCommand(words: readonly Word[]): SplitCommand {
  const [only] = words;
  if (only === undefined || words.length > 1) return { kind: "split", words };
  const split: Word[] = [];
  let segments: Segment[] | null = null;
  let quote: string | null = null;
  const add = (segment: Segment): void => {
    segments ??= [];
    const last = segments.at(-1);
    if (segment.kind === "text" && last?.kind === "text")
      segments[segments.length - 1] = { kind: "text", text: last.text + segment.text };
    else segments.push(segment);
  };
  const close = (): void => {
    if (segments !== null)
      split.push({
        segments: segments.filter((part) => part.kind === "variable" || part.text !== ""),
        span: only.span,
      });
    segments = null;
  };
  for (const segment of only.segments) {
    if (segment.kind === "variable") {
      add(segment);
      continue;
    }
    for (const character of segment.text) {
      if (quote !== null) {
        if (character === quote) quote = null;
        else add({ kind: "text", text: character });
      } else if (character === '"' || character === "'") {
        quote = character;
        add({ kind: "text", text: "" });
      } else if (character === "{" || character === "}") return { kind: "braces" };
      else if (character === " " || character === "\t") close();
      else add({ kind: "text", text: character });
    }
  }
  close();
  return quote === null ? { kind: "split", words: split } : { kind: "unclosed" };
}
