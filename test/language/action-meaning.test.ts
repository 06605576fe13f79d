/** What actions.conf means: a section in, a rule out; a line in, an action out. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { assertHas, is, read, twoChecks } from "./meaning.ts";
import type { Action, Rule } from "../../src/core/configuration.ts";

/** What every action finds in its environment. */
const ofAction = { FAILOVERD_LOCAL_HOST: "host1" };

const ruleRows: readonly { readonly name: string; readonly given: string; readonly want: Partial<Rule> }[] = [
  {
    name: "an edge of any host",
    given: "[any_to_down]\nplumb\n",
    want: {
      name: "any_to_down",
      trigger: {
        kind: "transition",
        from: { kind: "any" },
        to: { kind: "status", status: "down" },
        host: null,
        check: null,
      },
    },
  },
  {
    name: "an edge of a host",
    given: "[slave_to_master   of local]\nplumb\n",
    want: {
      name: "slave_to_master of local",
      trigger: {
        kind: "transition",
        from: { kind: "status", status: "slave" },
        to: { kind: "status", status: "master" },
        host: "host1",
        check: null,
      },
    },
  },
  {
    name: "an edge of a check on a host",
    given: "[ok_to_any of check_db_host2 on host2]\nplumb\n",
    want: {
      name: "ok_to_any of check_db_host2 on host2",
      trigger: {
        kind: "transition",
        from: { kind: "status", status: "ok" },
        to: { kind: "any" },
        host: "host2",
        check: "check_db_host2",
      },
    },
  },
  {
    name: "split brain",
    given: "[split_brain]\nplumb\n",
    want: { name: "split_brain", trigger: { kind: "split-brain" } },
  },
  {
    name: "a failed run",
    given: "[on_failure]\nplumb\n",
    want: { name: "on_failure", trigger: { kind: "run-failed" } },
  },
  {
    name: "cooldown, limit and guard",
    given: "[slave_to_master]\nif host1 is ok\n{ cooldown 10m }\n{ limit 3 per 1d }\nplumb\n",
    want: { cooldownMs: 600_000, limit: { runs: 3, withinMs: 86_400_000 }, guard: is("host1", "ok") },
  },
];

for (const { name, given, want } of ruleRows) {
  void test(`a rule: ${name}`, () => assertHas(read(twoChecks, given).rules[0], want));
}

function actionOf(line: string, before = ""): Action | undefined {
  const fences = "[fence host1]\nfence_ipmilan ip=1 { timeout 50s, retry 1 }\nfence_ipmilan ip=2\n";
  return read(twoChecks, `[vars]\nVIP = 10.0.0.1\n[slave_to_master]\n${before}${line}\n${fences}`).rules[0]?.actions[0];
}

const plain = {
  timeoutMs: 30_000,
  retries: 0,
  retryEveryMs: 1_000,
  onFailure: "stop",
  expect: null,
  isOnce: false,
  undo: null,
} as const;
const program = (name: string): string => `/opt/failoverd/actions/${name}`;

const actionRows: readonly {
  readonly name: string;
  readonly given: string;
  readonly before?: string;
  readonly want: object;
}[] = [
  {
    name: "words with variables",
    given: `plumb %MASTER%:5432 "%VIP% on %HOST%" '%VIP%' ""`,
    want: {
      options: plain,
      command: {
        program: program("plumb"),
        words: [
          ["plumb"],
          [{ variable: "MASTER" }, ":5432"],
          [{ variable: "VIP" }, " on ", { variable: "HOST" }],
          ["%VIP%"],
          [""],
        ],
        env: ofAction,
        user: null,
      },
    },
  },
  {
    name: "options",
    given: "plumb { timeout 5s, retry 2, every 3s, on failure continue, once, user root, env A=%VIP% }",
    want: {
      options: { ...plain, timeoutMs: 5_000, retries: 2, retryEveryMs: 3_000, onFailure: "continue", isOnce: true },
      command: { program: program("plumb"), words: [["plumb"]], env: { ...ofAction, A: "10.0.0.1" }, user: "root" },
    },
  },
  {
    name: "the section's defaults, and its own over them",
    given: "plumb { timeout 5s }",
    before: "{ timeout 9s, retry 4, cooldown 1m }\n",
    want: { options: { ...plain, timeoutMs: 5_000, retries: 4 } },
  },
  {
    name: "expect",
    given: "plumb { expect %SLAVE% is master within 30s }",
    want: { options: { ...plain, expect: { condition: is("%SLAVE%", "master"), withinMs: 30_000 } } },
  },
  {
    name: "undo is taken apart, and its variables stay whole",
    given: `plumb { undo "unplumb %VIP% 'a  b' x'y'""z""" }`,
    want: {
      options: {
        ...plain,
        undo: {
          program: program("unplumb"),
          words: [["unplumb"], [{ variable: "VIP" }], ["a  b"], ["xyz"]],
          env: ofAction,
          user: null,
        },
      },
    },
  },
  {
    name: "undo in several words",
    given: `plumb { undo unplumb "a b" }`,
    want: {
      options: {
        ...plain,
        undo: { program: program("unplumb"), words: [["unplumb"], ["a b"]], env: ofAction, user: null },
      },
    },
  },
  {
    name: "fence takes as long as its devices may",
    given: "fence %MASTER%",
    want: { kind: "fence", host: [{ variable: "MASTER" }], options: { ...plain, timeoutMs: 130_000 } },
  },
  {
    name: "fence local",
    given: "fence local { timeout 1m }",
    want: { kind: "fence", host: [{ variable: "LOCAL" }], options: { ...plain, timeoutMs: 60_000 } },
  },
];

for (const { name, given, before, want } of actionRows) {
  void test(`an action: ${name}`, () => assertHas(actionOf(given, before), want));
}

void test("a resource agent as an action", () => {
  const action = actionOf("ocf:heartbeat:IPaddr2 start ip=%VIP% { timeout 20s }");
  assert.ok(action?.kind === "command");
  assert.deepEqual(action.command.words, [["ocf:heartbeat:IPaddr2"], ["start"]]);
  assert.equal(action.command.program, "/usr/lib/ocf/resource.d/heartbeat/IPaddr2");
  assert.equal(action.command.env["OCF_RESKEY_ip"], "10.0.0.1");
  assert.equal(action.command.env["OCF_RESKEY_CRM_meta_timeout"], "20000");
});

void test("fence devices and notifiers", () => {
  const { fences, notifiers, variables } = read(
    twoChecks,
    `[vars]\nUSER = ha\n[fence local]\n{ timeout 40s }\nfence_ipmilan ip=1 username=%USER% password_file=secrets/x { retry 1 }\n` +
      "fence_ovh ip=2 password_file=y\nmanual\n[notify]\n{ on run, fence }\nnotify_mail a\nnotify_mail %HOST% { on split_brain daemon, timeout 5s }\n",
  );
  const name = "fence_ipmilan";
  const first = { agent: `/usr/sbin/${name}`, name, timeoutMs: 40_000, retries: 1, canProve: true };
  assert.deepEqual(variables, { USER: "ha" });
  assert.equal(fences[0]?.host, "host1");
  assertHas(fences[0]?.devices[0], {
    ...first,
    parameters: [
      ["ip", "1"],
      ["username", "ha"],
    ],
    secrets: [["password", "/opt/failoverd/conf/secrets/x"]],
  });
  assertHas(fences[0]?.devices[1], { canProve: false, timeoutMs: 40_000, retries: 0 });
  assertHas(fences[0]?.devices[2], { agent: null, name: "manual" });
  assert.deepEqual(
    notifiers.map(({ topics, timeoutMs }) => ({ topics, timeoutMs })),
    [
      { topics: ["run", "fence"], timeoutMs: 30_000 },
      { topics: ["split_brain", "daemon"], timeoutMs: 5_000 },
    ],
  );
});
