/** What a resource agent is given in its environment, as a check and as an action, and whether it counts as promotable. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { read } from "../language/meaning.ts";
import type { Check, CommandTemplate } from "../../src/core/configuration.ts";

function checkOf(line: string): Check {
  const [check] = read(`[local]\n${line}\n`, "").checks;
  assert.ok(check !== undefined);
  return check;
}

function actionOf(checks: string, line: string): CommandTemplate {
  const [action] =
    read(`[local]\n${checks}\n`, `[vars]\nVIP = 10.0.0.9\n[slave_to_master]\n${line}\n`).rules[0]?.actions ?? [];
  assert.ok(action?.kind === "command");
  return action.command;
}

/** Only what `want` speaks of. */
function assertEnv(env: CommandTemplate["env"], want: Readonly<Record<string, unknown>>): void {
  assert.deepEqual(Object.fromEntries(Object.keys(want).map((name) => [name, env[name]])), want);
}

const promotable: readonly (readonly [line: string, isPromotable: boolean, meta: string | undefined])[] = [
  ["ocf:heartbeat:redis", true, "true"],
  ["ocf:heartbeat:redis CRM_meta_promotable=true", true, "true"],
  ["ocf:heartbeat:redis CRM_meta_promotable=false", false, "false"],
  ["ocf:heartbeat:redis { env OCF_RESKEY_CRM_meta_promotable=false }", false, "false"],
  ["ocf:heartbeat:IPaddr2 ip=10.0.0.1", false, undefined],
];

for (const [line, isPromotable, meta] of promotable) {
  void test(`${line} is ${isPromotable ? "" : "not "}promotable`, () => {
    const check = checkOf(line);
    assert.equal(check.isPromotable, isPromotable);
    assert.ok(check.run.kind === "scheduled");
    assertEnv(check.run.program.env, {
      OCF_RESKEY_CRM_meta_promotable: meta,
      OCF_RESKEY_CRM_meta_master_max: isPromotable ? "1" : undefined,
    });
  });
}

void test("a script of one's own that answers as agents do may be master", () => {
  assert.equal(checkOf("check_a { dialect ocf }").isPromotable, true);
  assert.equal(checkOf("check_a").isPromotable, false);
});

void test("the stand-ins stand in front in the PATH, and what the operator sets is left", () => {
  const check = checkOf(
    "ocf:heartbeat:IPaddr2 ip=10.0.0.1 { every 7s, timeout 3s, env OCF_CHECK_LEVEL=10 HA_RSCTMP=/tmp }",
  );
  assert.ok(check.run.kind === "scheduled");
  assertEnv(check.run.program.env, {
    PATH: "/opt/failoverd/lib/ocf:/usr/bin:/bin",
    HA_SBIN_DIR: "/opt/failoverd/lib/ocf",
    HA_RSCTMP: "/tmp",
    OCF_CHECK_LEVEL: "10",
    OCF_RESKEY_CRM_meta_interval: "7000",
    OCF_RESKEY_CRM_meta_timeout: "3000",
    OCF_RESKEY_CRM_meta_on_node: "host1",
  });
});

const instances: readonly { readonly checks: string; readonly action: string; readonly instance: string }[] = [
  { checks: "check_a", action: "ocf:heartbeat:redis start", instance: "redis" },
  { checks: "ocf:heartbeat:redis", action: "ocf:heartbeat:redis start", instance: "redis" },
  { checks: "ocf:heartbeat:redis { as cache }", action: "ocf:heartbeat:redis start port=1", instance: "cache" },
  { checks: "ocf:heartbeat:redis port=2 { as cache }", action: "ocf:heartbeat:redis start port=1", instance: "redis" },
  { checks: "ocf:heartbeat:pgsql { as cache }", action: "ocf:heartbeat:redis start", instance: "redis" },
  {
    checks: "ocf:heartbeat:redis { as a, env OCF_RESOURCE_INSTANCE=b }",
    action: "ocf:heartbeat:redis start",
    instance: "b",
  },
  { checks: "ocf:heartbeat:redis", action: "ocf:heartbeat:redis start { env OCF_RESOURCE_INSTANCE=c }", instance: "c" },
  {
    checks: "ocf:heartbeat:redis port=1 { as one }\nocf:heartbeat:redis port=2 { as two }",
    action: "ocf:heartbeat:redis start port=2 bin=/bin/redis",
    instance: "two",
  },
];

for (const { checks, action, instance } of instances) {
  void test(`${action} with ${checks.replace("\n", " and ")} is of instance ${instance}`, () => {
    assertEnv(actionOf(checks, action).env, { OCF_RESOURCE_INSTANCE: instance });
  });
}

void test("an action's parameters may have variables: constants are put in, the others stay open until the run", () => {
  const { env, words } = actionOf(
    "check_a",
    "ocf:heartbeat:redis promote port=%VIP% config=/etc/%MASTER%.conf bin=%HOST%",
  );
  assertEnv(env, {
    OCF_RESKEY_port: "10.0.0.9",
    OCF_RESKEY_config: ["/etc/", { variable: "MASTER" }, ".conf"],
    OCF_RESKEY_bin: [{ variable: "HOST" }],
  });
  assert.deepEqual(words, [["ocf:heartbeat:redis"], ["promote"]]);
});

void test("only a monitor has an interval: 0 would make a probe of it", () => {
  const intervalOf = (action: string): unknown =>
    actionOf("check_a", `ocf:heartbeat:redis ${action} { timeout 9s }`).env["OCF_RESKEY_CRM_meta_interval"];
  assert.equal(intervalOf("start"), "0");
  assert.equal(intervalOf("monitor"), "9000");
});
