/**
 * The examples in conf/examples/ are configurations that failoverd takes as they are, without a warning, on both hosts. The
 * real failoverctl judges them in a copy of the real drop-in folder; what an operator brings along (the seed's own scripts,
 * a secret, a fence agent) is brought along here.
 */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { repositoryRoot } from "../root.ts";
import { makeFolder } from "./folder.ts";
import { skipWithout } from "./needs.ts";
import { run } from "./script.ts";

const examples = join(repositoryRoot, "conf/examples");
const names = readdirSync(examples).sort();

/** As fence-agents' own says of itself, as far as the examples use it. */
const agent = `#!/bin/sh
cat <<'END'
<?xml version="1.0"?>
<resource-agent name="fence_ipmilan">
  <parameters>
    <parameter name="action" required="1"><content type="string" default="reboot"/></parameter>
    <parameter name="ip" required="1"><content type="string"/></parameter>
    <parameter name="username" required="0"><content type="string"/></parameter>
    <parameter name="password" required="0"><content type="string"/></parameter>
    <parameter name="lanplus" required="0"><content type="boolean" default="0"/></parameter>
  </parameters>
  <actions><action name="on"/><action name="off"/><action name="status"/><action name="metadata"/></actions>
</resource-agent>
END
`;

function install(context: TestContext, example: string): string {
  const root = join(makeFolder(context), "failoverd");
  cpSync(join(repositoryRoot, "dist"), root, { recursive: true, filter: (path) => !path.endsWith("/var") });
  cpSync(join(examples, example), join(root, "conf"), { recursive: true });
  mkdirSync(join(root, "conf/secrets"));
  writeFileSync(join(root, "conf/secrets/ipmi"), "s3cret\n", { mode: 0o600 });
  writeFileSync(join(root, "actions/fence_ipmilan"), agent, { mode: 0o755 });
  const readme = readFileSync(join(examples, example, "README.md"), "utf8");
  for (const [, name = "", script = ""] of readme.matchAll(/^```sh (\w+)\n(.*?)^```$/gms))
    writeFileSync(join(root, name.startsWith("check_") ? "checks" : "actions", name), script, { mode: 0o755 });
  return root;
}

void test("all that is to be there is there", () => {
  assert.deepEqual(names, ["drbd", "mysql", "ocf", "postgres", "redis", "seed", "vip"]);
  for (const name of names)
    assert.deepEqual(readdirSync(join(examples, name)).sort(), ["README.md", "actions.conf", "checks.conf"]);
});

const arping = { "/usr/bin/arping": "iputils-arping" };
const needed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ocf: { ...arping, "/usr/lib/ocf/resource.d/heartbeat/IPaddr2": "resource-agents" },
  vip: arping,
};

for (const name of names) {
  void test(`${name} is taken as it is`, { skip: skipWithout({ programs: needed[name] ?? {} }) }, async (context) => {
    const root = install(context, name);
    for (const host of ["host1", "host2"]) {
      /** The line in which the second host's files differ. */
      const conf = join(root, "conf/actions.conf");
      if (host === "host2") writeFileSync(conf, readFileSync(conf, "utf8").replace("PEER = host2", "PEER = host1"));
      const { code, stdout, stderr } = await run([join(root, "bin/failoverctl"), "check", "--name", host]);
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, /nothing to complain of/);
    }
  });
}
