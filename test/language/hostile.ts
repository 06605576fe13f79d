/** Files that nobody writes by hand: about `size` bytes of one hostile idea each. */

export interface Hostile {
  readonly name: string;
  readonly text: (size: number) => string;
}

const repeat = (part: string, size: number): string => part.repeat(Math.ceil(size / part.length));
/** Lines that differ, so that nothing is found in a cache. */
const lines = (line: (index: number) => string, size: number): string => {
  const all: string[] = [];
  for (let length = 0, index = 0; length < size; index += 1) {
    const next = line(index);
    all.push(next);
    length += next.length + 1;
  }
  return all.join("\n");
};

export const hostile: readonly Hostile[] = [
  { name: "nothing but newlines", text: (size) => repeat("\n", size) },
  { name: "one line of letters", text: (size) => repeat("x", size) },
  { name: "one line of blanks", text: (size) => repeat(" \t", size) },
  { name: "many opening brackets", text: (size) => repeat("[", size) },
  { name: "headers of brackets", text: (size) => repeat("[[[[\n", size) },
  { name: "many braces", text: (size) => repeat("{", size) },
  {
    name: "braces that are never closed",
    text: (size) => `[local]\n${lines((index) => `check_${index} { every 2s`, size)}`,
  },
  {
    name: "one brace that is never closed",
    text: (size) => `[local]\ncheck_a {\n${lines((index) => `every ${index}s,`, size)}`,
  },
  { name: "one brace, then words", text: (size) => `[local]\ncheck_a {\n${lines((index) => `word${index}`, size)}` },
  {
    name: "braces and quotes that are never closed",
    text: (size) => `[local]\n${repeat('check_a { every "2s,\n', size)}`,
  },
  { name: "many quotes", text: (size) => repeat('"', size) },
  { name: "many lines of quotes", text: (size) => repeat(`"'"'"\n`, size) },
  { name: "many percent signs", text: (size) => repeat("%", size) },
  { name: "variables that never end", text: (size) => repeat("%A", size) },
  { name: "many backslashes", text: (size) => repeat("\\", size) },
  { name: "joined lines", text: (size) => `[local]\ncheck_a ${repeat("\\\n", size)}` },
  { name: "joined lines of words", text: (size) => `[local]\ncheck_a ${repeat("word \\\n", size)}` },
  {
    name: "deep parentheses",
    text: (size) => `[rule a]\nwhen ${repeat("(", 60_000)}host1 is down\nx\n${repeat("#", size)}`,
  },
  {
    name: "deep parentheses on many lines",
    text: (size) => `[rule a]\n${repeat(`when ${repeat("(", 5_000)}\n`, size)}`,
  },
  { name: "deep parentheses in braces", text: (size) => `[a_to_b]\nx { expect\n${repeat("(\n", size)}` },
  { name: "many nots", text: (size) => `[rule a]\n${repeat(`when ${repeat("not ", 60_000)}\n`, size)}` },
  {
    name: "conditions as long as they may be",
    text: (size) => `[rule a]\n${repeat(`when ${repeat("host1 is down or ", 17_000)}host1 is ok\n`, size)}`,
  },
  {
    name: "lists of statuses",
    text: (size) => `[rule a]\n${repeat(`when host1 is ${repeat("down or ", 8_000)}ok\n`, size)}`,
  },
  { name: "many checks", text: (size) => `[local]\n${lines((index) => `check_${index}`, size)}` },
  { name: "many checks of one name", text: (size) => `[local]\n${repeat("check_a\n", size)}` },
  { name: "many underscores", text: (size) => `[local]\n${lines((index) => `${repeat("_", 200)}${index}`, size)}` },
  { name: "many sections", text: (size) => repeat("[local]\n", size) },
  { name: "many hosts", text: (size) => lines((index) => `[local]\ncheck_${index} { for db${index} }`, size) },
  { name: "many rules", text: (size) => lines((index) => `[rule r${index}]\nwhen host1 is down\nx`, size) },
  {
    name: "many unknown hosts",
    text: (size) => lines((index) => `[rule r${index}]\nwhen hosst${index} is down\nx`, size),
  },
  { name: "many rules of one name", text: (size) => repeat("[slave_to_master]\nx\n", size) },
  { name: "many unknown statuses", text: (size) => lines((index) => `[a${index}_to_b${index}]\nx`, size) },
  { name: "many fences", text: (size) => lines((index) => `[fence host${index}]\nmanual`, size) },
  { name: "many variables", text: (size) => `[vars]\n${lines((index) => `V${index} = ${index}`, size)}` },
  { name: "many options", text: (size) => `[local]\ncheck_a { ${repeat("every 2s, ", size)} }` },
  {
    name: "many lines of options",
    text: (size) => `[local]\n${repeat("check_a { every 2s, timout 1s, fall x }\n", size)}`,
  },
  { name: "many comments for the linter", text: (size) => repeat("# lint: allow W01 because\n", size) },
  {
    name: "a comment, then comments",
    text: (size) => `[local]\ncheck_db_host1\n${repeat("# lint: allow W07 because\n\n", size)}`,
  },
  { name: "undo with many quotes", text: (size) => `[a_to_b]\nx { undo "${repeat("'a", Math.min(size, 60_000))}" }` },
];
