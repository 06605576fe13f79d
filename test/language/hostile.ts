/** Files that nobody writes by hand: about `size` bytes of one hostile idea each, for the file where it does the most harm. */

export interface Hostile {
  readonly name: string;
  readonly file: "checks" | "actions";
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
  { name: "nothing but newlines", file: "checks", text: (size) => repeat("\n", size) },
  { name: "one line of letters", file: "checks", text: (size) => repeat("x", size) },
  { name: "one line of blanks", file: "actions", text: (size) => repeat(" \t", size) },
  { name: "many opening brackets", file: "actions", text: (size) => repeat("[", size) },
  { name: "headers of brackets", file: "checks", text: (size) => repeat("[[[[\n", size) },
  { name: "many braces", file: "actions", text: (size) => repeat("{", size) },
  {
    name: "braces that are never closed",
    file: "checks",
    text: (size) => `[local]\n${lines((index) => `check_${index} { every 2s`, size)}`,
  },
  {
    name: "one brace that is never closed",
    file: "checks",
    text: (size) =>
      `[local]\ncheck_a {\n${lines((index) => `every ${index}s, fall 3, rise 2, stale 1m, timeout 2s,`, size)}`,
  },
  {
    name: "one brace, then words",
    file: "checks",
    text: (size) => `[local]\ncheck_a {\n${lines((index) => `${repeat("word ", 30)}${index}`, size)}`,
  },
  {
    name: "braces and quotes that are never closed",
    file: "checks",
    text: (size) => `[local]\n${repeat('check_a { every "2s,\n', size)}`,
  },
  { name: "many quotes", file: "checks", text: (size) => repeat('"', size) },
  { name: "many lines of quotes", file: "checks", text: (size) => repeat(`"'"'"\n`, size) },
  { name: "many percent signs", file: "checks", text: (size) => repeat("%", size) },
  { name: "variables that never end", file: "checks", text: (size) => repeat("%A", size) },
  { name: "many backslashes", file: "checks", text: (size) => repeat("\\", size) },
  { name: "joined lines", file: "checks", text: (size) => `[local]\ncheck_a ${repeat("\\\n", size)}` },
  { name: "joined lines of words", file: "checks", text: (size) => `[local]\ncheck_a ${repeat("word \\\n", size)}` },
  {
    name: "deep parentheses",
    file: "actions",
    text: (size) => `[rule a]\nwhen ${repeat("(", 60_000)}host1 is down\nx\n${repeat("#", size)}`,
  },
  {
    name: "deep parentheses on many lines",
    file: "actions",
    text: (size) => `[rule a]\n${repeat(`when ${repeat("(", 5_000)}\n`, size)}`,
  },
  {
    name: "100,000 parentheses on joined lines",
    file: "actions",
    text: (size) =>
      `[rule a]\nwhen ${repeat(`${repeat("(", 1_000)} \\\n`, 100_000)}host1 is down\nx\n${repeat("#", size)}`,
  },
  {
    name: "100,000 parentheses on one line",
    file: "actions",
    text: (size) => `[rule a]\nwhen ${repeat("(", 100_000)}host1 is down\nx\n${repeat("#\n", size)}`,
  },
  {
    name: "100,000 closed parentheses in braces",
    file: "actions",
    text: (size) =>
      `[a_to_b]\nx { expect ${repeat(`${repeat("(", 1_000)}\n`, 100_000)}a is b\n${repeat(`${repeat(")", 1_000)}\n`, 100_000)} within 1s }\n${repeat("#\n", size)}`,
  },
  {
    name: "deep parentheses in braces",
    file: "actions",
    text: (size) => `[a_to_b]\nx { expect\n${repeat(`${repeat("(", 20)}\n`, size)}`,
  },
  {
    name: "many nots",
    file: "actions",
    text: (size) => `[rule a]\n${repeat(`when ${repeat("not ", 60_000)}\n`, size)}`,
  },
  {
    name: "conditions as long as they may be",
    file: "actions",
    text: (size) => `[rule a]\n${repeat(`when ${repeat("host1 is down or ", 17_000)}host1 is ok\n`, size)}`,
  },
  {
    name: "lists of statuses",
    file: "actions",
    text: (size) => `[rule a]\n${repeat(`when host1 is ${repeat("down or ", 8_000)}ok\n`, size)}`,
  },
  {
    name: "many checks",
    file: "checks",
    text: (size) => `[local]\n${lines((index) => `check_${index} -w 10% -c 5% -p /srv`, size)}`,
  },
  {
    name: "many checks of one name",
    file: "checks",
    text: (size) => `[local]\n${repeat("check_a -w 10% -c 5%\n", size)}`,
  },
  {
    name: "many underscores",
    file: "checks",
    text: (size) => `[local]\n${lines((index) => `${repeat("_", 200)}${index}`, size)}`,
  },
  { name: "many sections", file: "checks", text: (size) => repeat("[local]\n", size) },
  {
    name: "many hosts",
    file: "checks",
    text: (size) => lines((index) => `[local]\ncheck_${index} -w 10% -c 5% { for db${index} }`, size),
  },
  {
    name: "many rules",
    file: "actions",
    text: (size) => lines((index) => `[rule r${index}]\nwhen host1 is down\nx`, size),
  },
  {
    name: "many unknown hosts",
    file: "actions",
    text: (size) => lines((index) => `[rule r${index}]\nwhen hosst${index} is down\nx`, size),
  },
  { name: "many rules of one name", file: "actions", text: (size) => repeat("[slave_to_master]\nx\n", size) },
  {
    name: "many unknown statuses",
    file: "actions",
    text: (size) => lines((index) => `[a${index}_to_b${index}]\nx`, size),
  },
  { name: "many fences", file: "actions", text: (size) => lines((index) => `[fence host${index}]\nmanual`, size) },
  {
    name: "many variables",
    file: "actions",
    text: (size) => `[vars]\n${lines((index) => `V${index} = ${index}`, size)}`,
  },
  { name: "many options", file: "checks", text: (size) => `[local]\ncheck_a { ${repeat("every 2s, ", size)} }` },
  {
    name: "many lines of options",
    file: "checks",
    text: (size) => `[local]\n${repeat("check_a { every 2s, timout 1s, fall x }\n", size)}`,
  },
  {
    name: "options without braces",
    file: "actions",
    text: (size) => `[slave_to_master]\n${repeat(`x ${repeat("every 2s ", 2_000)}y $RULE\n`, size)}`,
  },
  {
    name: "much that has to be true at once",
    file: "actions",
    text: (size) =>
      lines((index) => `[rule r${index}]\nwhen ${repeat("all hosts are slave and ", 12_000)}host1 is slave\nx`, size),
  },
  {
    name: "many comments for the linter",
    file: "actions",
    text: (size) => repeat("# lint: allow W01 because\n", size),
  },
  {
    name: "a comment, then comments",
    file: "checks",
    text: (size) => `[local]\ncheck_db_host1\n${repeat("# lint: allow W07 because\n\n", size)}`,
  },
  {
    name: "undo with many quotes",
    file: "actions",
    text: (size) => `[a_to_b]\nx { undo "${repeat("'a", Math.min(size, 60_000))}" }`,
  },
];
