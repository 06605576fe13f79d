/** A command's words as a person would type them: what a shell would take apart stands in quotes. */
export function showCommand(words: readonly string[]): string {
  return words.map(showWord).join(" ");
}

function showWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
