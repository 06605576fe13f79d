/**
 * A syntax tree as text again, in one canonical spelling. What it prints parses to the same tree: every tree that the
 * grammars can build has a text.
 */
import { conditionKeywords, populationKeywords } from "./tokens.ts";
import type { ConditionTree, FileTree, Header, Line, Option, PopulationTree, SubjectTree, Word } from "./tree.ts";

/** Ends with a newline, unless there is nothing. Broken nodes are printed as far as they are known. */
export function printSyntax(tree: FileTree): string {
  return tree.sections
    .map((section) =>
      [printHeader(section.header), ...section.lines.map(printLine)].map((line) => `${line}\n`).join(""),
    )
    .join("\n");
}

function printHeader(header: Header): string {
  switch (header.kind) {
    case "place":
      return `[${printName(header.name)}]`;
    case "rule":
      return `[rule ${printName(header.name)}]`;
    case "fence":
      return `[fence ${printName(header.host)}]`;
    case "transition": {
      const of = header.of === null ? "" : ` of ${printName(header.of)}`;
      const on = header.on === null ? "" : ` on ${printName(header.on)}`;
      return `[${printBare(header.name)}${of}${on}]`;
    }
    case "vars":
    case "notify":
    case "split_brain":
    case "on_failure":
      return `[${header.kind}]`;
    case "broken":
      return "# a header that could not be read";
  }
}

function printLine(line: Line): string {
  switch (line.kind) {
    case "command":
      return `${line.words.map(printArgument).join(" ")}${line.options.length === 0 ? "" : ` ${printOptions(line.options)}`}`;
    case "defaults":
      return line.options.length === 0 ? "# options that could not be read" : printOptions(line.options);
    case "when":
    case "if":
      return line.condition === null
        ? "# a condition that could not be read"
        : `${line.kind} ${printCondition(line.condition)}`;
    case "unreadable":
      return "# a line that could not be read";
    case "assignment":
      return `${printName(line.name)} = ${line.value === null ? '""' : printName(line.value)}`;
  }
}

function printOptions(options: readonly Option[]): string {
  return `{ ${options.map(printOption).join(", ")} }`;
}

function printOption(option: Option): string {
  if (option.kind === "plain") return [option.name, ...option.values].map(printName).join(" ");
  return `expect ${printCondition(option.condition)} within ${printName(option.within)}`;
}

export function printCondition(tree: ConditionTree): string {
  switch (tree.kind) {
    case "or":
    case "and": {
      const needsGroup = (part: ConditionTree): boolean =>
        part.kind === "or" || (part.kind === "and" && tree.kind === "and");
      return tree.parts
        .map((part) => (needsGroup(part) ? `(${printCondition(part)})` : printCondition(part)))
        .join(` ${tree.kind} `);
    }
    case "not":
      return `not ${tree.part.kind === "or" || tree.part.kind === "and" ? `(${printCondition(tree.part)})` : printCondition(tree.part)}`;
    case "for": {
      const { kind } = tree.part;
      const isGroup = kind === "or" || kind === "and" || kind === "not";
      const part = isGroup ? `(${printCondition(tree.part)})` : printCondition(tree.part);
      const text = `${part} for ${printName(tree.duration)}`;
      return tree.isGrouped ? `(${text})` : text;
    }
    case "is":
      return `${printSubject(tree.subject)} is ${tree.isNegated ? "not " : ""}${printStatuses(tree.statuses)}`;
    case "was":
      return `${printSubject(tree.subject)} was ${printStatuses(tree.statuses)}`;
    case "metric":
      return `${printName(tree.metric)} of ${printSubject(tree.subject)} ${tree.comparison} ${printName(tree.quantity)}`;
    case "range":
      return `${printName(tree.metric)} of ${printSubject(tree.subject)} is in its ${printName(tree.range)} range`;
    case "quantified": {
      const verb = tree.quantifier === "all" ? "are" : "is";
      const over = printPopulation(tree.over, tree.quantifier === "all");
      return `${tree.quantifier} ${over} ${verb} ${tree.isNegated ? "not " : ""}${printStatuses(tree.statuses)}`;
    }
    case "count":
      return `count of ${printPopulation(tree.over, true)} is ${printStatuses(tree.statuses)} ${tree.comparison} ${printName(tree.count)}`;
  }
}

function printStatuses(statuses: readonly Word[]): string {
  return statuses.map(printName).join(" or ");
}

function printSubject(subject: SubjectTree): string {
  return `${printName(subject.name)}${subject.on === null ? "" : ` on ${printName(subject.on)}`}`;
}

function printPopulation(over: PopulationTree, isPlural: boolean): string {
  if (over.kind === "hosts") return isPlural ? "hosts" : "host";
  const name = over.name === null ? (isPlural ? "checks" : "check") : printName(over.name);
  return over.on === null ? name : `${name} on ${printName(over.on)}`;
}

const reserved = new Set([
  ...conditionKeywords.keys(),
  ...populationKeywords.keys(),
  "in",
  "its",
  "range",
  "expect",
  "when",
  "if",
]);

/** A word of a command: `=` and `,` are letters there. What begins as a foreign comment does (`//`) stands in quotes. */
function printArgument(word: Word): string {
  return printWord(word, /^(?!\/\/)[A-Za-z0-9_./:@+,=-]*$/);
}

/** A word in a header, an option, a condition or `[vars]`. */
function printName(word: Word): string {
  return printWord(word, /^(?!\/\/)[A-Za-z0-9_./:@+-]*$/);
}

function printWord(word: Word, plain: RegExp): string {
  const [first] = word.segments;
  const isPlain = word.segments.every(
    (segment) => segment.kind === "variable" || plain.test(segment.text.replaceAll("%", "")),
  );
  const isReserved = first?.kind === "text" && reserved.has(first.text.toLowerCase());
  if (isPlain && !isReserved && first !== undefined) return printBare(word);
  return `"${printBare(word).replaceAll('"', '""')}"`;
}

/** A percent sign is doubled only where it would otherwise be read as a variable's, or as half of a doubled one. */
function printBare(word: Word): string {
  const raw = word.segments.map((segment) => (segment.kind === "variable" ? `%${segment.name}%` : segment.text));
  const whole = raw.join("");
  let at = 0;
  const printed = word.segments.map((segment, index) => {
    const start = at;
    const text = raw[index] ?? "";
    at += text.length;
    if (segment.kind === "variable") return text;
    return text.replaceAll("%", (sign, offset: number) => (isReadAsMore(whole, start + offset) ? "%%" : sign));
  });
  return printed.join("");
}

function isReadAsMore(text: string, at: number): boolean {
  return /^%(?:%|[A-Za-z_][A-Za-z0-9_]{0,63}%)/.test(text.slice(at, at + 67));
}
