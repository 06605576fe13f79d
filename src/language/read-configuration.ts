/**
 * The language's front door: the bytes of the conf files in, the configuration out, or everything that is wrong with them,
 * all at once. Pure but for what `surroundings` is asked; never throws, whatever the bytes.
 */
import { readActions, readVariables, fencesOf, type Actions } from "./actions-meaning.ts";
import { readChecks } from "./check-meaning.ts";
import { collectComplaints, withoutConsequences, type Complaints } from "./complaints.ts";
import { declare } from "./declarations.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { lint } from "./lint/lint.ts";
import { parse, type Parsed } from "./parse.ts";
import { fileBytesMax, readSource, whyNoText, type SourceFile } from "./source.ts";
import { plainText } from "./words.ts";
import type { Code } from "./codes.ts";
import type { FileKind } from "./lexer.ts";
import type { Scope } from "./scope.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Complaint } from "../core/complaint.ts";
import type { Configuration } from "../core/configuration.ts";

export interface ConfigurationFiles {
  /** null: there is no such file. */
  readonly checks: SourceFile | null;
  readonly actions: SourceFile | null;
}

export interface ReadConfiguration {
  /** null if any complaint is an error. */
  readonly configuration: Configuration | null;
  /** By file, then by position. Warnings are looked for only when there are no errors. */
  readonly complaints: readonly Complaint[];
}

/** Reads both files. Takes time linear in their size; asks `surroundings` about each script, user and agent once or more. */
export function readConfiguration(files: ConfigurationFiles, surroundings: Surroundings): ReadConfiguration {
  const checks = readFile(files.checks, "checks");
  const actions = readFile(files.actions, "actions");
  const { localHost } = surroundings;
  const constants = new Map([["LOCAL", localHost]]);
  const scope: Scope = {
    localHost,
    constants,
    bound: new Set(["LOCAL"]),
    where: "checks.conf",
    remedy: "checks.conf knows %LOCAL% only",
    used: new Set(),
  };
  const declarations = declare(checks.tree, actions.tree, {
    complaints: checks.complaints,
    scope,
    userExists: (name) => surroundings.userExists(name),
  });
  /** What is found later, a script that cannot be run, does not make a check unknown. */
  const isDeclared = declarations.checks.length > 0 && !checks.complaints.hasErrors();
  const readChecksOfFile = readChecks(declarations, surroundings, checks.complaints);
  if (declarations.checks.length === 0 && !checks.complaints.hasErrors()) complainOfNoChecks(files, checks.complaints);
  const variables = readVariables(actions.tree, actions.complaints);
  const consequences = consequencesOf({ checks, actions, isDeclared });
  const complaints = withoutConsequences(actions.complaints, consequences);
  const meaning = readActions(actions.tree, variables, { surroundings, declarations, complaints });

  const all = [checks.complaints, actions.complaints];
  if (all.some((complaints) => complaints.hasErrors())) return { configuration: null, complaints: listAll(all) };
  const configuration: Configuration = {
    fingerprint: fingerprintOf([checks.complaints.source.text, actions.complaints.source.text, localHost]),
    localHost,
    hosts: declarations.hosts,
    checks: readChecksOfFile.map(({ check }) => check),
    ...partsOf(meaning),
  };
  const hasActionsFile = files.actions !== null;
  lint({ configuration, declarations, meaning, checks: readChecksOfFile, hasActionsFile }, { checks, actions });
  return { configuration, complaints: listAll(all) };
}

export interface ReadFile extends Parsed {
  readonly complaints: Complaints;
}

function readFile(file: SourceFile | null, kind: FileKind): ReadFile {
  const source = readSource(file ?? { name: `${kind}.conf`, bytes: new Uint8Array() });
  const complaints = collectComplaints(source);
  if (file !== null && file.bytes.length > fileBytesMax) {
    const message = `this file has more than ${fileBytesMax} bytes, and is not read`;
    complaints.addOfFile("E101", message, "is it the right file?");
    return { tree: { sections: [] }, comments: [], statements: [], complaints };
  }
  const noText = file === null ? null : whyNoText(file);
  if (noText !== null) {
    complaints.addOfFile("E103", noText.message, noText.hint);
    return { tree: { sections: [] }, comments: [], statements: [], complaints };
  }
  return { ...parse(complaints, kind), complaints };
}

/** Of hosts, checks and statuses that could not be read, and of variables, nobody can say that there are none, or what they stand for. */
function consequencesOf(of: {
  readonly checks: ReadFile;
  readonly actions: ReadFile;
  readonly isDeclared: boolean;
}): ReadonlySet<Code> {
  const codes = new Set<Code>();
  if (!of.isDeclared) for (const code of ["E601", "E602", "E603", "E604", "E605"] as const) codes.add(code);
  const areVariablesRead = of.actions.tree.sections.every(
    ({ header, lines }) =>
      header.kind !== "broken" && (header.kind !== "vars" || lines.every(({ kind }) => kind === "assignment")),
  );
  if (!areVariablesRead) codes.add("E315");
  const areValuesRead = of.actions.tree.sections.every(({ lines }) =>
    lines.every((line) => line.kind !== "assignment" || (line.value !== null && plainText(line.value) !== null)),
  );
  if (!areValuesRead) codes.add("E603");
  return codes;
}

function complainOfNoChecks(files: ConfigurationFiles, complaints: Complaints): void {
  const message =
    files.checks === null ? "there is no checks.conf" : "there is no check in this file, so there is nothing to watch";
  complaints.addOfFile("E401", message, "begin with a line `[local]` and, below it, the name of a script in checks/");
}

function partsOf(meaning: Actions): Pick<Configuration, "rules" | "variables" | "fences" | "notifiers"> {
  return {
    rules: meaning.rules.map(({ rule }) => rule),
    variables: Object.fromEntries(meaning.variables.map(({ name, value }) => [name, value])),
    fences: fencesOf(meaning),
    notifiers: meaning.notifiers.map(({ notifier }) => notifier),
  };
}

function listAll(all: readonly Complaints[]): readonly Complaint[] {
  return all.flatMap((complaints) => complaints.list());
}
