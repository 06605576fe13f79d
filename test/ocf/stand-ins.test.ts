/** The stand-ins for the cluster's tools, called as agents call them; and that a machine that starts anew forgets. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { foldersOf } from "../../src/supervisor/folders.ts";
import { prepareForAgents } from "../../src/supervisor/ocf-agents.ts";
import { read } from "../language/meaning.ts";
import { repositoryRoot } from "../root.ts";

const root = mkdtempSync(join(tmpdir(), "failoverd-stand-ins-"));
after(() => rmSync(root, { recursive: true }));
const state = join(root, "var/ocf");
beforeEach(() => rmSync(state, { recursive: true, force: true }));

/** A command line -> what it printed and its exit code, `5 (0)`. */
function call(line: string, env: Readonly<Record<string, string>> = {}): string {
  const [program = "", ...words] = line.split(" ");
  const { status, stdout } = spawnSync(join(repositoryRoot, "src/ocf", program), words, {
    encoding: "utf8",
    env: {
      PATH: "/usr/bin:/bin",
      FAILOVERD_OCF_STATE: state,
      FAILOVERD_LOCAL_HOST: "host1",
      OCF_RESOURCE_INSTANCE: "db",
      ...env,
    },
  });
  return `${stdout.trimEnd()} (${status})`;
}

const rows: readonly { readonly name: string; readonly lines: readonly (readonly [line: string, want: string])[] }[] = [
  {
    name: "a promotion score, as Stateful and redis keep it",
    lines: [
      ["crm_attribute --promotion -G -q", " (105)"],
      ["crm_attribute --promotion -v 10", " (0)"],
      ["crm_attribute --promotion -G -q", "10 (0)"],
      ["crm_master -N host1 -l reboot -G --quiet", "10 (0)"],
      ["crm_master -Q -l reboot -v -INFINITY", " (0)"],
      ["crm_master -l reboot -G", "scope=nodes  name=master-db value=-INFINITY (0)"],
      ["crm_master -N host2 -l reboot -G -q", " (105)"],
      ["crm_master -l reboot -D", " (0)"],
      ["crm_attribute --promotion -G -q", " (105)"],
      ["crm_attribute --promotion -D", " (0)"],
    ],
  },
  {
    name: "an attribute of the cluster, whatever node asks",
    lines: [
      ["crm_attribute --type crm_config --name db_REPL_INFO -s redis_replication -v host1 -q", " (0)"],
      ["crm_attribute --type crm_config --name db_REPL_INFO -s redis_replication --query -q -N host2", "host1 (0)"],
      ["crm_attribute -n db_REPL_INFO -G -q", " (105)"],
    ],
  },
  {
    name: "lifetimes are kept apart",
    lines: [
      ["crm_attribute -l forever --node=host1 -n key -v one", " (0)"],
      ["crm_attribute -l reboot --node=host1 -n key -v two", " (0)"],
      ["crm_attribute -l forever -n key -G --quiet", "one (0)"],
      ["crm_attribute -t status -n key -G --quiet", "two (0)"],
    ],
  },
  {
    name: "a default, an empty value, a value with blanks and signs",
    lines: [
      ["crm_attribute -n a/../b -G -q -d 7", "7 (0)"],
      ["crm_attribute -n a/../b -v 1=2;$x", " (0)"],
      ["crm_attribute -n a/../b -G -q", "1=2;$x (0)"],
    ],
  },
  {
    name: "attributes that an agent measures",
    lines: [
      ["attrd_updater -n pingd -U 100 -d 5s", " (0)"],
      ["attrd_updater -n pingd -Q", 'name="pingd" host="host1" value="100" (0)'],
      ["attrd_updater -p -n pingd -N host2 -Q", " (105)"],
      ["attrd_updater -S status -n pingd -B 90", " (0)"],
      ["crm_attribute -l reboot -n pingd -G -q", "90 (0)"],
      ["attrd_updater -D -n pingd", " (0)"],
      ["attrd_updater -n pingd -Q", " (105)"],
    ],
  },
  {
    name: "what is not known is said, and changes nothing",
    lines: [
      ["crm_node -n", "host1 (0)"],
      ["crm_node -l", " (64)"],
      ["crm_attribute --promote -v 1", " (64)"],
      ["crm_attribute -v 1", " (64)"],
      ["crm_attribute -n a -v", " (64)"],
      ["attrd_updater -U 1", " (64)"],
      ["attrd_updater -n a -X", " (64)"],
    ],
  },
];

for (const { name, lines } of rows) {
  void test(name, () => {
    for (const [line, want] of lines) assert.equal(call(line), want, line);
  });
}

void test("without the daemon they do nothing", () => {
  assert.equal(call("crm_attribute -n a -v 1", { FAILOVERD_OCF_STATE: "" }), " (64)");
});

const withAgent = read("[local]\nocf:heartbeat:redis\n", "");
const withoutAgent = read("[local]\ncheck_a\n", "");
const folders = foldersOf({ root, conf: null, var: null });

void test("what lasts until the machine starts anew is forgotten then, and only then", () => {
  mkdirSync(join(root, "var"), { recursive: true });
  assert.equal(prepareForAgents(withoutAgent, folders, "boot-1"), null);
  assert.equal(existsSync(state), false, "made for those who have an agent");
  assert.equal(prepareForAgents(withAgent, folders, "boot-1"), null);
  assert.equal(statSync(state).mode & 0o777, 0o700);
  call("crm_attribute -l reboot -n a -v 1");
  call("crm_attribute -l forever -n b -v 2");
  assert.equal(prepareForAgents(withAgent, folders, "boot-1"), null);
  assert.equal(call("crm_attribute -l reboot -n a -G -q"), "1 (0)");
  assert.equal(prepareForAgents(withAgent, folders, "boot-2"), null);
  assert.equal(call("crm_attribute -l reboot -n a -G -q"), " (105)");
  assert.equal(call("crm_attribute -l forever -n b -G -q"), "2 (0)");
  assert.deepEqual(
    readdirSync(state)
      .toSorted()
      .filter((name) => name !== "tmp"),
    ["boot", "forever"],
  );
});

void test("that the folder cannot be made is said", () => {
  rmSync(join(root, "var"), { recursive: true, force: true });
  writeFileSync(join(root, "var"), "");
  assert.match(
    prepareForAgents(withAgent, folders, "boot-1") ?? "",
    /^resource agents cannot keep what they remember in .*\/var\/ocf: /,
  );
  rmSync(join(root, "var"));
});
