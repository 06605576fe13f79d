/** The configuration that ships runs as it is on any host, with what ships, and nobody complains of it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import assert from "node:assert/strict";
import { repositoryRoot } from "../root.ts";
import { readTexts, testSurroundings } from "./surroundings.ts";

const read = (name: string): string => readFileSync(join(repositoryRoot, "conf", name), "utf8");

void test("conf/checks.conf and conf/actions.conf are well", () => {
  const { configuration, complaints } = readTexts(
    { checks: read("checks.conf"), actions: read("actions.conf") },
    {
      ...testSurroundings,
      findScript: (folder, word) => {
        const path = join(repositoryRoot, folder, word);
        return existsSync(path)
          ? { kind: "found", path }
          : { kind: "refused", path, reason: "is not there", hint: null };
      },
    },
  );
  assert.deepEqual(complaints, []);
  assert.deepEqual(configuration?.rules, []);
  assert.ok((configuration?.checks.length ?? 0) > 0);
});

void test("the files that conf/actions.conf tells of are well, too", () => {
  const indented = [...read("actions.conf").matchAll(/^#     (.*)$/gm)].map(([, line = ""]) => line);
  const actions = indented.join("\n").replace(/ {3,}a host's role .*/, "");
  const checks = "[local]\ncheck_db_host1\ncheck_db_host2\n";
  const fences = ["host1", "host2"].map((host) => `[fence ${host}]\nfence_ipmilan ip=10.0.0.1\n`).join("");
  const { complaints } = readTexts({ checks, actions: `${actions}\n${fences}` });
  assert.deepEqual(complaints, []);
});
