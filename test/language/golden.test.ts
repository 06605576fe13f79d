/**
 * Every complaint, word for word. A file in golden/ holds conf files and, behind `----`, exactly what is printed about
 * them; `UPDATE_GOLDEN=1` rewrites the second half, and the diff is read.
 *
 *     == checks.conf              what stands in the file; left out: two harmless checks, one harmless rule
 *     == actions.conf escaped     \xNN is a byte, \uNNNN a character
 *     == no actions.conf          there is no such file
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import assert from "node:assert/strict";
import { codes } from "../../src/language/codes.ts";
import { printComplaint } from "../../src/language/print-complaint.ts";
import { readConfiguration } from "../../src/language/read-configuration.ts";
import { repositoryRoot } from "../root.ts";
import { testSurroundings } from "./surroundings.ts";

const folder = join(repositoryRoot, "test", "language", "golden");
const isUpdate = process.env["UPDATE_GOLDEN"] === "1";
const divider = "----\n";

const harmless: Readonly<Record<string, string>> = {
  "checks.conf": "[local]\ncheck_db_host1\ncheck_db_host2\n",
  "actions.conf": "[slave_to_master]\nstartservice1\n",
};

const names = readdirSync(folder).filter((name) => name.endsWith(".txt"));
const allPrinted: string[] = [];

for (const name of names) {
  const path = join(folder, name);
  const [given = "", want = ""] = splitOnce(readFileSync(path, "utf8"), divider);
  const { complaints, configuration } = readConfiguration(readFiles(given), testSurroundings);
  const got =
    complaints.length === 0
      ? "no complaints\n"
      : complaints.map((complaint) => `${printComplaint(complaint)}\n`).join("");
  allPrinted.push(got);
  if (isUpdate) writeFileSync(path, `${given}${divider}${got}`);
  void test(`golden/${name}`, () => {
    assert.equal(got, isUpdate ? got : want);
    assert.equal(
      configuration === null,
      complaints.some((complaint) => complaint.severity === "error"),
    );
  });
}

void test("every complaint that there is has a golden file", () => {
  const printed = allPrinted.join("");
  assert.deepEqual(
    Object.keys(codes).filter((code) => !printed.includes(`[${code}]\n`)),
    [],
  );
});

function readFiles(given: string): Parameters<typeof readConfiguration>[0] {
  const texts = new Map<string, Uint8Array | null>();
  for (const part of given.split(/^== /m).slice(1)) {
    const [head = "", text = ""] = splitOnce(part, "\n");
    const [, no, file = "", escaped] = /^(no )?(\S+?)( escaped)?$/.exec(head) ?? [];
    texts.set(file, no !== undefined ? null : escaped !== undefined ? unescape(text) : new TextEncoder().encode(text));
  }
  const fileOf = (name: string): { name: string; bytes: Uint8Array } | null => {
    const bytes = texts.get(name);
    return bytes === null ? null : { name, bytes: bytes ?? new TextEncoder().encode(harmless[name]) };
  };
  return { checks: fileOf("checks.conf"), actions: fileOf("actions.conf") };
}

/** `\xNN` is a byte, `\uNNNN` a character, `\*NNN` repeats the character before it. */
function unescape(text: string): Uint8Array {
  const repeated = text.replace(/(.)\\\*(\d+)/gs, (_, character: string, count: string) =>
    character.repeat(Number(count)),
  );
  const parts = repeated.split(/\\x([0-9A-F]{2})/);
  return Buffer.concat(
    parts.map((part, index) =>
      index % 2 === 1
        ? Buffer.from(part, "hex")
        : Buffer.from(part.replace(/\\u([0-9A-F]{4})/g, (_, code: string) => String.fromCodePoint(parseInt(code, 16)))),
    ),
  );
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
