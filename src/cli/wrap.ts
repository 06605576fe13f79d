/** Text in lines that fit. */
import { displayWidth } from "../base/terminal-text.ts";

/** The words of `text` in lines of at most `columns`; a word that is longer than a line is cut into pieces. */
export function wrap(text: string, columns: number): readonly string[] {
  if (displayWidth(text) <= columns) return [text];
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((each) => pieces(each, columns))) {
    if (line !== "" && displayWidth(line) + 1 + displayWidth(word) > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

function pieces(word: string, columns: number): readonly string[] {
  const cut: string[] = [""];
  for (const character of word) {
    const last = cut.at(-1) ?? "";
    if (displayWidth(last + character) > columns) cut.push(character);
    else cut[cut.length - 1] = last + character;
  }
  return cut;
}
