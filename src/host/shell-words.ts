/**
 * Words -> one line of text that a POSIX shell reads back as exactly these words. This is the only place where a shell
 * and a command meet: it gets every word between single quotes, and can find nothing in them to interpret.
 */
import { invariant } from "../base/invariant.ts";

/** The name of the shell's variable that holds a newline, which cannot stand in a line. */
export const newlineVariable = "failoverd_newline";

/** `it's` -> `'it'\''s'`. Programmer's error if the word holds NUL, which no argument of a program can. */
export function quoteWord(word: string): string {
  invariant(!word.includes("\0"), `a word of a command holds a NUL byte: ${JSON.stringify(word)}`);
  const quoted = `'${word.replaceAll("'", String.raw`'\''`)}'`;
  return word.includes("\n") ? quoted.replaceAll("\n", `'"$${newlineVariable}"'`) : quoted;
}

export function quoteWords(words: readonly string[]): string {
  return words.map(quoteWord).join(" ");
}

/** `0o22` -> `0022`. */
export function printUmask(umask: number): string {
  return (umask & 0o777).toString(8).padStart(4, "0");
}
