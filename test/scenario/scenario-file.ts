/**
 * A scenario's file: a sentence on what it shows, directives, a line `----`, and the history that must come of them, to
 * the letter. `checks.conf` and `actions.conf` are followed by their text, indented.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { readDirective, type Directive } from "./directive.ts";

export interface ScenarioLine {
  readonly text: string;
  readonly directive: Directive;
}

export interface Scenario {
  readonly lines: readonly ScenarioLine[];
  /** All before the golden history, as it stands. */
  readonly script: string;
  readonly golden: string;
}

const divider = "\n----\n";

export function readScenario(path: string): Scenario {
  const text = readFileSync(path, "utf8");
  const at = text.indexOf(divider);
  const script = at < 0 ? text.trimEnd() : text.slice(0, at);
  return { script, golden: at < 0 ? "" : text.slice(at + divider.length), lines: readLines(script) };
}

export function writeGolden(path: string, scenario: Scenario, history: string): void {
  writeFileSync(path, `${scenario.script}${divider}${history}`);
}

export function readLines(script: string): readonly ScenarioLine[] {
  const lines: ScenarioLine[] = [];
  const rows = script.split("\n");
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at] ?? "";
    if (row.trim() === "" || row.startsWith("#")) continue;
    if (row === "checks.conf" || row === "actions.conf") {
      const block: string[] = [];
      while (/^\s+\S|^$/.test(rows[at + 1] ?? "-")) block.push((rows[(at += 1)] ?? "").replace(/^ {4}/, ""));
      const name = row === "checks.conf" ? "checks" : "actions";
      lines.push({ text: row, directive: { kind: "file", name, text: `${block.join("\n").trimEnd()}\n` } });
    } else {
      lines.push({ text: row, directive: readDirective(row) });
    }
  }
  return lines;
}
