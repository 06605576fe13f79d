/** A chevrotain grammar as EBNF, from what the parser itself was made of. `{ … }` is any number of times, `[ … ]` at most once. */
import type { BaseParser } from "chevrotain";

type Production = ReturnType<BaseParser["getSerializedGastProductions"]>[number];

/** The rules that can be reached from `start`, it first. A rule's name loses the ending that keeps it apart in the code. */
export function printEbnf(grammar: BaseParser, start: string): string {
  const rules = new Map(grammar.getSerializedGastProductions().map((rule) => [nameOf(rule), rule]));
  const reached = [start];
  for (const name of reached) {
    const rule = rules.get(name);
    for (const used of rule === undefined ? [] : rulesIn(rule)) if (!reached.includes(used)) reached.push(used);
  }
  const width = Math.max(...reached.map((name) => shown(name).length));
  return reached
    .map((name) => {
      const rule = rules.get(name);
      return `${shown(name).padEnd(width)} = ${rule === undefined ? "" : sequence(rule)}\n`;
    })
    .join("");
}

function print(production: Production): string {
  const inside = sequence(production);
  switch (production.type) {
    case "NonTerminal":
      return shown(nameOf(production));
    case "Terminal":
      return "label" in production && typeof production.label === "string" ? production.label : nameOf(production);
    case "Alternation":
      return `( ${partsOf(production).map(sequence).join(" | ")} )`;
    case "Option":
      return `[ ${inside} ]`;
    case "Repetition":
      return `{ ${inside} }`;
    case "RepetitionMandatory":
      return `${inside} { ${inside} }`;
    case "Rule":
    case "Alternative":
      return inside;
    case "RepetitionWithSeparator":
    case "RepetitionMandatoryWithSeparator":
      throw new Error(`the grammars have no ${production.type}`);
  }
}

/** The parts in their order; an alternation that is alone needs no parentheses. */
function sequence(production: Production): string {
  const parts = partsOf(production);
  const [only] = parts;
  if (parts.length === 1 && only?.type === "Alternation") return partsOf(only).map(sequence).join(" | ");
  return parts.map(print).join(" ");
}

function rulesIn(production: Production): readonly string[] {
  if (production.type === "NonTerminal") return [nameOf(production)];
  return partsOf(production).flatMap(rulesIn);
}

function partsOf(production: Production): readonly Production[] {
  return "definition" in production && Array.isArray(production.definition) ? parseParts(production.definition) : [];
}

function parseParts(definition: readonly Production[]): readonly Production[] {
  return definition;
}

function nameOf(production: Production): string {
  return "name" in production && typeof production.name === "string" ? production.name : "";
}

function shown(name: string): string {
  return name.replace(/Rule$|(?<=^(?:checks|actions))Statement$/, (ending) => (ending === "Rule" ? "" : "-statement"));
}
