/** The words of every action: one that its help does not name is said, and nothing is done. */
import assert from "node:assert/strict";
import { basename } from "node:path";
import { test } from "node:test";
import { act, must, pathOf, scriptsIn } from "../checks/script.ts";

const program = pathOf("actions", "on_host");

/** What each would take, and as many as it takes. null: any number, because they are a sentence or another program's. */
const all: Readonly<Record<string, readonly string[] | null>> = {
  demote_drbd: ["data"],
  demote_mysql: ["host1", "3306"],
  demote_postgres: [],
  demote_redis: ["host1", "6379"],
  keepalived_notify: [program, "master"],
  mount_volume: ["/dev/null", "/nowhere"],
  notify_mail: null,
  notify_syslog: null,
  notify_webhook: null,
  on_host: null,
  promote_drbd: ["data"],
  promote_mysql: ["host1"],
  promote_postgres: ["host1"],
  promote_redis: ["host1"],
  rejoin_postgres: ["host=host1"],
  release_address: ["203.0.113.77"],
  release_route: null,
  sentinel_reconfig: [program, "10.0.0.1", "10.0.0.2"],
  start_service: ["ghost"],
  stop_service: ["ghost"],
  take_address: ["203.0.113.77/24"],
  take_route: null,
  unmount_volume: ["/nowhere"],
};

const withoutOptions = ["on_host", "release_address", "release_route", "take_route"];

void test("all actions are here", () => {
  assert.deepEqual(
    Object.keys(all),
    scriptsIn("actions").map((path) => basename(path)),
  );
});

for (const [name, words] of Object.entries(all)) {
  const see = `see ${name} --help`;
  void test(`${name}: an option that it does not have, one without its value, a word too many`, async () => {
    const said = async (...given: readonly string[]): Promise<string> =>
      (await act(name, given)).replace("on_host: ", "").replace(": every interface loses it", "");
    for (const option of ["-Z", "--nonsense", "-i"].slice(0, name === "release_address" ? 3 : 2))
      assert.equal(await said(option, "x"), `exit 2: ${option} is no option here; ${see}`);
    const help = await must(pathOf("actions", name), "--help");
    const options = new Set(
      [...help.matchAll(/(?<=^|[ [])(-[A-Za-z]|--url-file) (?!URL)[A-Z]+/gm)].map((found) => found[1]),
    );
    assert.equal(options.size === 0, withoutOptions.includes(name));
    for (const option of options) {
      assert.ok(option !== undefined);
      for (const given of [[option], ["--dry-run", option], [option, "", "x"]])
        assert.equal(await said(...given), `exit 2: ${option} needs a value; ${see}`);
    }
    for (const [, option = ""] of help.matchAll(/ (-[a-z]) (?:SECONDS|TIMES)/g))
      assert.equal(await said(option, "1s"), `exit 2: ${option} takes a number; ${see}`);
    if (help.includes("[--on HOST]"))
      assert.equal(await said("--on"), "exit 2: needs HOST and SCRIPT; see on_host --help");
    if (words === null) return;
    assert.equal(await said(...words, "extra"), `exit 2: extra is a word too many; ${see}`);
    if (words.length > 0 && !["promote_mysql", "promote_postgres", "promote_redis"].includes(name))
      assert.match(await said(), /^exit 2: needs .*; see /);
  });
}
