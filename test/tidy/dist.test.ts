/** The drop-in folder holds what it should and nothing else, and starts on nothing but Node. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { repositoryRoot } from "../root.ts";

const dist = join(repositoryRoot, "dist");
const files = readdirSync(dist, { recursive: true, encoding: "utf8" })
  .filter((name) => !name.startsWith("var") && statSync(join(dist, name)).isFile())
  .sort();
const read = (name: string): string => readFileSync(join(dist, name), "utf8");
const isExecutable = (name: string): boolean => (statSync(join(dist, name)).mode & 0o111) !== 0;

void test("only the folders of the layout", () => {
  const tops = new Set(readdirSync(dist).filter((name) => name !== "var"));
  const known = ["LICENSE", "README.md", "actions", "bin", "checks", "conf", "lib"];
  assert.deepEqual(
    [...tops].filter((name) => !known.includes(name)),
    [],
  );
  assert.deepEqual(
    files.filter((name) => name.startsWith("bin/")),
    ["bin/failoverctl", "bin/failoverd"],
  );
});

void test("lib holds the bundles, their licences, what resource agents call, and no more", () => {
  const known = /^lib\/(THIRD-PARTY\.txt|[\w-]+\.mjs(\.LEGAL\.txt)?|ocf\/(crm_|attrd_)\w+)$/;
  const strange = files.filter((name) => name.startsWith("lib/") && !known.test(name));
  assert.deepEqual(strange, []);
  assert.match(read("lib/THIRD-PARTY.txt"), /chevrotain \d/);
});

void test("what is to be executed says by what, and only that is executable", () => {
  const programs = files.filter((name) => /^(bin|checks|actions|lib\/ocf)\//.test(name) && !name.endsWith(".md"));
  assert.deepEqual(
    programs.filter((name) => !isExecutable(name) || !read(name).startsWith("#!/")),
    [],
  );
  assert.deepEqual(
    files.filter((name) => isExecutable(name) && !programs.includes(name)),
    [],
  );
});

void test("nobody but the owner may write to anything", () => {
  assert.deepEqual(
    files.filter((name) => (statSync(join(dist, name)).mode & 0o022) !== 0),
    [],
  );
});

void test("the bundles import nothing but one another and Node", () => {
  const targets = files
    .filter((name) => name.endsWith(".mjs"))
    .flatMap((name) => importsOf(name).map(({ target }) => target));
  assert.deepEqual(
    targets.filter((target) => !/^(node:[\w/]+|\.\/[\w-]+\.mjs)$/.test(target)),
    [],
  );
});

void test("the parser is loaded only where text is parsed", () => {
  for (const program of ["failoverd.mjs", "failoverctl.mjs"]) {
    const loaded = new Set<string>();
    const queue = [`lib/${program}`];
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      if (loaded.has(name)) continue;
      loaded.add(name);
      queue.push(
        ...importsOf(name).flatMap(({ target, isDynamic }) =>
          isDynamic || !target.startsWith("./") ? [] : [`lib/${target.slice(2)}`],
        ),
      );
    }
    assert.deepEqual(
      [...loaded].filter((name) => read(name).includes("EmbeddedActionsParser")),
      [],
    );
  }
  assert.ok(files.some((name) => name.endsWith(".mjs") && read(name).includes("EmbeddedActionsParser")));
});

function importsOf(name: string): readonly { readonly target: string; readonly isDynamic: boolean }[] {
  const text = read(name);
  return [
    ...[...text.matchAll(/^(?:import|export)\s[^;"]*?"([^"]+)";/gm)].map(([, target = ""]) => ({
      target,
      isDynamic: false,
    })),
    ...[...text.matchAll(/\bimport\("([^"]+)"\)/g)].map(([, target = ""]) => ({ target, isDynamic: true })),
  ];
}
