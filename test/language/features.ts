/** What of the language a file makes use of, as words: for the test that the reference leaves nothing out. */
import { collectComplaints } from "../../src/language/complaints.ts";
import { optionTable, type Owner } from "../../src/language/option-table.ts";
import { parse } from "../../src/language/parse.ts";
import { readSource } from "../../src/language/source.ts";
import { headerKeywords } from "../../src/language/tokens.ts";
import { plainText, shownText, soleVariable } from "../../src/language/words.ts";
import { parseQuantity } from "../../src/base/quantity.ts";
import type { FileKind } from "../../src/language/lexer.ts";
import type { ConditionTree, Header, Line, Option, PopulationTree, SubjectTree } from "../../src/language/tree.ts";

/** All that there is. */
export const allFeatures: readonly string[] = [
  "place local",
  "place passive",
  "place HOST",
  "A_to_B",
  "any_to_B",
  "A_to_any",
  "A_to_B of",
  "A_to_B of … on",
  ...headerKeywords.keys(),
  ...optionTable.flatMap((row) =>
    row.takes.split(" | ").map((takes) => `${row.owners[0]}: ${row.name} ${takes}`.trim()),
  ),
  "subject HOST or CHECK",
  "subject %VARIABLE%",
  "subject CHECK on HOST",
  "if",
  "or",
  "and",
  "not",
  "for",
  "is",
  "is not",
  "list of statuses",
  "was",
  ...["<", "<=", ">", ">=", "=", "!="].map((comparison) => `metric ${comparison}`),
  ...["none", "bytes", "percent", "seconds"].map((dimension) => `metric in ${dimension}`),
  "warning range",
  "critical range",
  ...["all", "any", "count"].flatMap((how) => [`${how} hosts`, `${how} checks`, `${how} CHECK`]),
  "checks on HOST",
  "ocf check",
  "ocf action",
  "fence action",
  "device manual",
  "expect",
  "defaults",
  "resident check",
];

export function featuresOf(kind: FileKind, text: string): ReadonlySet<string> {
  const complaints = collectComplaints(readSource({ name: "", bytes: new TextEncoder().encode(text) }));
  const features = new Set<string>();
  for (const { header, lines } of parse(complaints, kind).tree.sections) {
    for (const feature of ofHeader(header)) features.add(feature);
    for (const line of lines) for (const feature of ofLine(header, line)) features.add(feature);
  }
  return features;
}

function* ofHeader(header: Header): Iterable<string> {
  switch (header.kind) {
    case "place": {
      const name = plainText(header.name) ?? "";
      yield `place ${name === "local" || name === "passive" ? name : "HOST"}`;
      return;
    }
    case "transition": {
      const name = shownText(header.name);
      yield header.of === null ? "A_to_B" : header.on === null ? "A_to_B of" : "A_to_B of … on";
      if (name.startsWith("any_to_")) yield "any_to_B";
      if (name.endsWith("_to_any")) yield "A_to_any";
      return;
    }
    case "rule":
    case "fence":
    case "vars":
    case "notify":
    case "split_brain":
    case "on_failure":
      yield header.kind;
      return;
    case "broken":
      return;
  }
}

function* ofLine(header: Header, line: Line): Iterable<string> {
  switch (line.kind) {
    case "when":
    case "if":
      if (line.kind === "if") yield "if";
      if (line.condition !== null) yield* ofCondition(line.condition);
      return;
    case "defaults":
      yield "defaults";
      for (const option of line.options) yield* ofOption(option, ownersIn(header, ""));
      return;
    case "command": {
      const [script, second] = line.words.map(shownText);
      const isResident = line.options.some(
        (option) => option.kind === "plain" && shownText(option.name) === "resident",
      );
      const owners = isResident ? (["resident check"] as const) : ownersIn(header, script ?? "");
      if (isResident) yield "resident check";
      if (script?.startsWith("ocf:")) yield header.kind === "place" ? "ocf check" : "ocf action";
      if (script === "fence" && second !== undefined) yield "fence action";
      if (script === "manual") yield "device manual";
      for (const option of line.options) yield* ofOption(option, owners);
      return;
    }
    case "assignment":
    case "unreadable":
      return;
  }
}

function ownersIn(header: Header, script: string): readonly Owner[] {
  switch (header.kind) {
    case "place":
      return plainText(header.name) === "passive" ? ["passive check"] : ["check"];
    case "fence":
      return ["fence device"];
    case "notify":
      return ["notifier"];
    case "transition":
    case "rule":
    case "split_brain":
    case "on_failure":
      return script === "" ? ["rule", "action"] : script === "fence" ? ["fence action"] : ["action"];
    case "vars":
    case "broken":
      return [];
  }
}

function* ofOption(option: Option, owners: readonly Owner[]): Iterable<string> {
  const name = option.kind === "expect" ? "expect" : shownText(option.name);
  const values = option.kind === "expect" ? "" : option.values.map(shownText).join(" ");
  for (const row of optionTable) {
    if (row.name !== name || !row.owners.some((owner) => owners.includes(owner))) continue;
    const choices = row.takes.split(" | ");
    const chosen = choices.length === 1 ? row.takes : choices.find((choice) => choice === values);
    if (chosen !== undefined) yield `${row.owners[0]}: ${name} ${chosen}`.trim();
  }
  if (option.kind !== "expect") return;
  yield "expect";
  yield* ofCondition(option.condition);
}

function* ofCondition(tree: ConditionTree): Iterable<string> {
  switch (tree.kind) {
    case "or":
    case "and":
      yield tree.kind;
      for (const part of tree.parts) yield* ofCondition(part);
      return;
    case "not":
    case "for":
      yield tree.kind;
      yield* ofCondition(tree.part);
      return;
    case "is":
    case "was":
      yield tree.kind === "is" && tree.isNegated ? "is not" : tree.kind;
      if (tree.statuses.length > 1) yield "list of statuses";
      yield ofSubject(tree.subject);
      return;
    case "metric":
      yield `metric ${tree.comparison}`;
      yield `metric in ${parseQuantity(shownText(tree.quantity))?.dimension ?? ""}`;
      yield ofSubject(tree.subject);
      return;
    case "range":
      yield `${shownText(tree.range)} range`;
      return;
    case "quantified":
      yield* ofPopulation(tree.quantifier, tree.over);
      return;
    case "count":
      yield* ofPopulation("count", tree.over);
      return;
  }
}

function ofSubject({ name, on }: SubjectTree): string {
  if (on !== null) return "subject CHECK on HOST";
  return soleVariable(name) === null ? "subject HOST or CHECK" : "subject %VARIABLE%";
}

function* ofPopulation(how: string, over: PopulationTree): Iterable<string> {
  yield `${how} ${over.kind === "hosts" ? "hosts" : over.name === null ? "checks" : "CHECK"}`;
  if (over.kind === "checks" && over.on !== null) yield "checks on HOST";
}
