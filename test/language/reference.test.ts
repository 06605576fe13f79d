/**
 * The reference (conf/README.md) says what is so: its tables and its grammar are made from the code, `UPDATE_GOLDEN=1`
 * rewrites them, and every example in it is read. Behind a block's language stand the complaints that it gives; one without
 * errors is played, and all of them together leave nothing of the language out.
 *
 * A block of actions.conf goes with the second block of checks.conf on the page; with `pair`, with the one before it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import assert from "node:assert/strict";
import { ActionsGrammar } from "../../src/language/actions-grammar.ts";
import { ChecksGrammar } from "../../src/language/checks-grammar.ts";
import { codes } from "../../src/language/codes.ts";
import { optionTable, type Owner } from "../../src/language/option-table.ts";
import { builtInVariables } from "../../src/language/scope.ts";
import { notifyTopics } from "../../src/core/configuration.ts";
import { repositoryRoot } from "../root.ts";
import { printEbnf } from "./ebnf.ts";
import { fileCodes } from "../../src/supervisor/configuration-files.ts";
import { createNotifications, type Notification } from "../../src/supervisor/notifications.ts";
import type { Configuration } from "../../src/core/configuration.ts";
import type { Effect } from "../../src/core/effect.ts";
import { initialState } from "../../src/core/restore.ts";
import { allFeatures, featuresOf } from "./features.ts";
import { playExample } from "./play-example.ts";
import { readTexts } from "./surroundings.ts";

const path = join(repositoryRoot, "conf", "README.md");
const made: Readonly<Record<string, () => string>> = {
  "options of checks": () => optionsOf(["check", "resident check", "passive check"]),
  "options of rules": () => optionsOf(["rule"]),
  "options of actions": () => optionsOf(["action", "fence action"]),
  "options of devices": () => optionsOf(["fence device"]),
  "options of notifiers": () => optionsOf(["notifier"]),
  topics: () => `Topics are ${notifyTopics.map((topic) => `\`${topic}\``).join(", ")}; without \`on\`, all of them.\n`,
  variables: () =>
    table(
      ["variable", "stands for", "known in"],
      Object.entries(builtInVariables).map(([name, says]) => [`\`%${name}%\``, says, knownIn(name)]),
    ),
  warnings: () => codesOf("W"),
  errors: () => codesOf("E"),
  "grammar of checks.conf": () => indent(printEbnf(new ChecksGrammar(), "checksStatement")),
  "grammar of actions.conf": () => indent(printEbnf(new ActionsGrammar(), "actionsStatement")),
};

function knownIn(name: string): string {
  switch (name) {
    case "LOCAL":
      return "both files";
    case "HOST":
      return "`[A_to_B …]`, `[split_brain]`, `[notify]`";
    case "FROM":
    case "TO":
      return "`[A_to_B …]`, `[notify]`";
    case "CHECK":
      return "`[A_to_B of CHECK]`, `[notify]`";
    case "MASTER":
    case "SLAVE":
      return "rules, `[notify]`";
    default:
      return "actions of rules, `[notify]`";
  }
}

function optionsOf(owners: readonly Owner[]): string {
  const rows = optionTable.filter((row) => row.owners.some((owner) => owners.includes(owner)));
  return table(
    ["option", "on", "meaning", "without it"],
    rows.map((row) => [
      `\`${row.name}${row.takes === "" ? "" : ` ${row.takes.replaceAll("|", "\\|")}`}\``,
      row.owners.join(", "),
      row.says,
      row.otherwise,
    ]),
  );
}

function codesOf(letter: "E" | "W"): string {
  const rows = Object.entries({ ...fileCodes, ...codes }).filter(([code]) => code.startsWith(letter));
  return table(
    ["", letter === "E" ? "error" : "warning"],
    rows.map(([code, title]) => [code, title]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  return [line(head), `|${"---|".repeat(head.length)}\n`, ...rows.map(line)].join("");
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "    ");
}

const written = readFileSync(path, "utf8");
const remade = written.replace(
  /(<!-- made from the code: (.+) -->\n)[\s\S]*?(<!-- end -->\n)/g,
  (_, begin: string, name: string, end: string) => `${begin}\n${made[name]?.() ?? "nobody makes this\n"}\n${end}`,
);
if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, remade);

void test("the reference's tables and its grammar are those of the code", () => {
  assert.equal(process.env["UPDATE_GOLDEN"] === "1" ? remade : written, remade);
  assert.deepEqual(
    Object.keys(made).filter((name) => !written.includes(`<!-- made from the code: ${name} -->`)),
    [],
  );
});

const blocks = [...written.matchAll(/^```(checks|actions)\.conf([^\n]*)\n([\s\S]*?)^```$/gm)].map(
  ([, file = "", tags = "", text = ""], index) => ({ index, file, tags: tags.trim().split(" "), text }),
);
const checksOfPage = blocks.filter(({ file }) => file === "checks")[1]?.text ?? "";

const shownFeatures = new Set<string>();
const notified: { readonly effect: Extract<Effect, { kind: "notify" }>; readonly configuration: Configuration }[] = [];

for (const { index, file, tags, text } of blocks) {
  const before = blocks[index - 1];
  const after = blocks[index + 1];
  const want = tags.filter((tag) => /^[EW]\d+$/.test(tag));
  if (!want.some((tag) => tag.startsWith("E")))
    for (const feature of featuresOf(file === "checks" ? "checks" : "actions", text)) shownFeatures.add(feature);
  if (file === "checks" && after?.tags.includes("pair")) continue;
  const isPair = tags.includes("pair") && before !== undefined;
  const checks = file === "checks" ? text : isPair ? before.text : checksOfPage;
  const actions = file === "checks" ? "" : text;
  if (isPair) want.push(...before.tags.filter((tag) => /^[EW]\d+$/.test(tag)));
  void test(`example ${index + 1} of the reference: ${text.split("\n").slice(0, 3).join(" / ")}`, () => {
    const { complaints, configuration } = readTexts({ checks, actions });
    // A part of a file need not have a rule, or one for the master, unless the example is about that.
    const told = complaints
      .map(({ code }) => code)
      .filter((code) => (code !== "W12" && code !== "W17") || want.includes(code));
    assert.deepEqual([...new Set(told)].toSorted(), want.toSorted());
    if (configuration === null) return;
    const effects = playExample(configuration);
    assert.ok(effects.some((effect) => effect.kind === "record" && effect.record.kind === "learned"));
    for (const effect of effects) if (effect.kind === "notify") notified.push({ effect, configuration });
  });
}

void test("every section, option and form of a condition has an example without errors", () => {
  assert.deepEqual(
    allFeatures.filter((feature) => !shownFeatures.has(feature)),
    [],
  );
});

void test("the fields that notifiers are given are those of the reference", () => {
  const everyEvent = fieldsIn(written.split("Every event has")[1]?.split("\n\n")[0] ?? "", /`FAILOVERD_([A-Z_]+)`/g);
  const rows = [...written.matchAll(/^\| `([a-z_]+)` \| (`[a-z-]+`(?:, `[a-z-]+`)*) \| (.*) \|$/gm)].flatMap(
    ([, topic = "", kinds = "", fields = ""]) =>
      fieldsIn(kinds, /`([a-z-]+)`/g).map((kind) => ({ topic, kind, fields: fieldsIn(fields, /`([A-Z_]+)`/g) })),
  );
  const played = new Set<string>();
  for (const { effect, configuration } of notified) {
    const { topic, record } = effect;
    const row = rows.find((other) => other.topic === topic && other.kind === record.kind);
    assert.ok(row !== undefined, `${topic} ${record.kind} is told of`);
    const names = fieldsGiven({ topic, record, at: "2026-01-05T06:00:00.000Z" }, configuration);
    const optional = [record.kind === "transition" ? "CHECK" : record.kind === "held" ? "HAS_WAITED" : ""];
    const said = new Set([...everyEvent, ...row.fields]);
    assert.deepEqual(
      names.filter((name) => !said.has(name)),
      [],
      record.kind,
    );
    assert.deepEqual(
      [...said].filter((name) => !names.includes(name) && !optional.includes(name)),
      [],
      record.kind,
    );
    played.add(record.kind);
  }
  const notPlayed = ["in-doubt"];
  assert.deepEqual(
    rows.map(({ kind }) => kind).filter((kind) => !played.has(kind)),
    notPlayed,
  );
});

function fieldsIn(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, name = ""]) => name);
}

/** Without their `FAILOVERD_`. */
function fieldsGiven(notification: Notification, configuration: Configuration): readonly string[] {
  const environments: Readonly<Record<string, string>>[] = [];
  const notifications = createNotifications({
    localHost: "host1",
    run: ({ env }) => {
      environments.push(env);
      return () => undefined;
    },
    onFailed: assert.fail,
  });
  const command = { program: "/bin/true", words: [["true"]], env: {}, user: null };
  const place = { file: "", line: 1 };
  const notifier = { command, topics: notifyTopics, timeoutMs: 1_000, place };
  const known = { configuration: { ...configuration, notifiers: [notifier] }, state: initialState(configuration, 0) };
  notifications.push(notification, known);
  return Object.keys(environments[0] ?? {}).map((name) => name.replace(/^FAILOVERD_/, ""));
}

void test("every warning that a file can give has an example", () => {
  const shown = new Set(blocks.flatMap(({ tags }) => tags));
  const withoutExample = ["W18"];
  assert.deepEqual(
    Object.keys(codes).filter((code) => code.startsWith("W") && !shown.has(code)),
    withoutExample,
  );
});
