/**
 * On a host where a script's tool is not installed: a check is unknown with the sentence, so that a missing package neither
 * keeps a dead master nor kills a healthy one; an action fails with exit 3 before it has done anything.
 */
import assert from "node:assert/strict";
import { basename } from "node:path";
import { test } from "node:test";
import { makeFolder, writeScript } from "./folder.ts";
import { run, scriptsIn } from "./script.ts";

/** How each is called; all but their tools is there. What needs no tool is not here. */
const calls: Readonly<Record<string, readonly string[]>> = {
  check_address: ["-a", "10.0.0.1"],
  check_address_events: ["-a", "10.0.0.1"],
  check_drbd_role: ["data"],
  check_file_events: ["-f", "/tmp/role"],
  check_gateway: [],
  check_http_answer: ["-u", "http://127.0.0.1:1/"],
  check_link_events: ["-i", "lo"],
  check_load1: [],
  check_log_events: ["-f", "/etc/passwd", "-c", "PANIC"],
  check_mysql_role: [],
  check_pgsql_role: [],
  check_redis_role: [],
  check_space: ["-p", "/"],
  check_tcp_answer: ["-H", "127.0.0.1", "-p", "1"],
  check_unit: ["x.service"],
  demote_drbd: ["data"],
  demote_mysql: ["host2"],
  demote_postgres: ["-D", "DATA"],
  demote_redis: ["host2"],
  keepalived_notify: ["/nowhere/notify.sh", "master"],
  mount_volume: ["/dev/null", "/tmp"],
  notify_mail: ["root", "hello"],
  notify_syslog: ["hello"],
  notify_webhook: ["http://127.0.0.1:1/", "hello"],
  on_host: ["host2", "stop_service", "x"],
  promote_drbd: ["data"],
  promote_mysql: [],
  promote_postgres: [],
  promote_redis: [],
  rejoin_postgres: ["-D", "DATA", "host=host2"],
  release_address: ["10.0.0.1"],
  release_route: ["10.1.0.0/16"],
  sentinel_reconfig: ["/nowhere/reconfig.sh", "10.0.0.1", "10.0.0.2"],
  start_service: ["no-such-service"],
  stop_service: ["no-such-service"],
  take_address: ["10.0.0.1/24"],
  take_route: ["default", "via", "10.0.0.1"],
  unmount_volume: ["/nowhere"],
};

/** They read /proc and nothing else. */
const needNothing = ["check_mounted", "check_process"];

void test("every script is here", () => {
  const all = [...scriptsIn("checks"), ...scriptsIn("actions")].map((path) => basename(path)).sort();
  assert.deepEqual([...Object.keys(calls), ...needNothing].sort(), all);
});

for (const [name, words] of Object.entries(calls)) {
  void test(`${name} says what it needs`, async (context) => {
    const isCheck = name.startsWith("check_");
    const path = scriptsIn(isCheck ? "checks" : "actions").find((script) => basename(script) === name) ?? name;
    const empty = makeFolder(context);
    const data = makeFolder(context);
    writeScript(data, "PG_VERSION", "");
    const given = words.map((word) => (word === "DATA" ? data : word));
    const { code, stdout, stderr } = await run([path, ...given], { env: { PATH: empty } });
    assert.match(stdout + stderr, isCheck ? /^UNKNOWN - .*\bneeds .*/ : /\bneeds /);
    assert.equal(code, 3, stdout + stderr);
  });
}

for (const path of scriptsIn("checks")) {
  void test(`${basename(path)} is unknown when it is called wrongly`, async () => {
    for (const words of [["-Z"], ["--nonsense"]]) {
      const { code, stdout, stderr } = await run([path, ...words]);
      const want = new RegExp(`^3 UNKNOWN - there is no option -(Z|-|-nonsense), see ${basename(path)} --help\n$`);
      assert.match(`${code} ${stdout}${stderr}`, want);
    }
  });
}

for (const path of scriptsIn("actions")) {
  void test(`${basename(path)} fails with exit 2 when it is called wrongly`, async () => {
    for (const words of [["-Z"], ["--nonsense"]]) {
      const { code, stdout, stderr } = await run([path, ...words]);
      assert.match(stdout + stderr, new RegExp(`see ${basename(path)} --help`));
      assert.equal(code, 2);
    }
  });
}
