/**
 * argv -> options and words, by a table of the options there are. `--name VALUE` and `--name=VALUE` are the same; `--`
 * ends the options. What is wrong comes back as a sentence, not as a throw.
 */
import { nearest } from "../base/nearest.ts";

export interface OptionSpec {
  readonly name: string;
  /** What the value is called in the help; null: a flag, which has none. */
  readonly value: string | null;
  readonly help: string;
}

export type Arguments =
  | {
      readonly kind: "parsed";
      readonly flags: ReadonlySet<string>;
      readonly values: ReadonlyMap<string, string>;
      readonly words: readonly string[];
    }
  | { readonly kind: "wrong"; readonly sentence: string };

/**
 * `-h` is understood as `--help`; there are no other short options. Options may stand anywhere before `--`, or, if
 * `stopAt` says so, before the first word: it and what follows are then answered as words, unread.
 */
export function parseArguments(
  argv: readonly string[],
  specs: readonly OptionSpec[],
  stopAt: "first-word" | "end" = "end",
): Arguments {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const words: string[] = [];
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--") {
      words.push(...rest);
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      words.push(word);
      if (stopAt === "end") continue;
      words.push(...rest);
      break;
    }
    const [, name = "", given] = /^--([^=]*)(?:=(.*))?$/s.exec(word === "-h" ? "--help" : word) ?? [];
    const spec = specs.find((candidate) => candidate.name === name);
    if (spec === undefined) return wrong(unknownOption(word, name, specs));
    if (flags.has(name) || values.has(name)) return wrong(`--${name} is given twice`);
    if (spec.value === null) {
      if (given !== undefined) return wrong(`--${name} takes no value`);
      flags.add(name);
      continue;
    }
    const value = given ?? rest.shift();
    if (value === undefined || value === "") return wrong(`--${name} needs a value: --${name} ${spec.value}`);
    values.set(name, value);
  }
  return { kind: "parsed", flags, values, words };
}

function wrong(sentence: string): Arguments {
  return { kind: "wrong", sentence };
}

function unknownOption(word: string, name: string, specs: readonly OptionSpec[]): string {
  const names = specs.map((spec) => spec.name);
  const meant = nearest(name === "" ? word.replace(/^-+/, "") : name, names);
  const hint =
    meant === null ? `there are ${names.map((known) => `--${known}`).join(", ")}` : `did you mean --${meant}?`;
  return `there is no option ${word.replace(/=.*/s, "")}: ${hint}`;
}
