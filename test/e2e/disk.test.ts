/**
 * What a crash or a bad disk leaves: a torn journal, a damaged one, a damaged table, a full disk. The daemon says what it
 * found, acts where it may, and never on what it cannot trust.
 */
import assert from "node:assert/strict";
import { appendFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { noteDown, RealDaemon } from "./real-daemon.ts";
import { fill, putVarOnSmallDisk } from "./small-disk.ts";
import { twoSlaves } from "./two-hosts.ts";

const actionsConf = "[slave_to_master]\none %MASTER%\n";

/** A daemon that has made one run, and was killed. */
async function killed(t: Parameters<typeof twoSlaves>[0]): Promise<RealDaemon> {
  const daemon = await twoSlaves(t, { actionsConf });
  await daemon.report("role", "host1", "master");
  await daemon.entry("run-end");
  await daemon.tableSaved();
  await daemon.end("SIGKILL");
  return daemon;
}

/** Both hosts report again, and host2 becomes master. */
async function failOver(daemon: RealDaemon): Promise<void> {
  await daemon.report("role", "host1", "slave");
  await daemon.report("role", "host2", "slave");
  await daemon.learned();
  await daemon.report("role", "host2", "master");
}

void test("a torn last line is cut off and said; the daemon acts", async (t) => {
  const daemon = await killed(t);
  appendFileSync(join(daemon.root, "var/journal.ndjson"), '{"seq":99,"at":"2026-');
  await daemon.start();
  await daemon.entry("note", ({ topic, sentence }) => topic === "journal" && /the last 21 bytes/.test(sentence));
  assert.equal((await daemon.status()).daemon.distrust, null);
  await failOver(daemon);
  await daemon.entry("run-end", ({ run }) => run === 2);
  assert.deepEqual(daemon.done(), ["[one][host1]", "[one][host2]"]);
});

void test("damage before the end: kept aside, observed but not acted on, until somebody has looked", async (t) => {
  const daemon = await killed(t);
  const path = join(daemon.root, "var/journal.ndjson");
  const lines = readFileSync(path, "utf8").split("\n");
  const at = Math.floor(lines.length / 2);
  writeFileSync(path, lines.map((line, index) => (index === at ? line.replace(/"kind"/, '"kimd"') : line)).join("\n"));
  await daemon.start();
  const { distrust } = (await daemon.status()).daemon;
  assert.match(distrust ?? "", /journal/);
  assert.match((await daemon.ctl("status")).stdout, /failoverctl ack journal/);
  assert.ok(readdirSync(join(daemon.root, "var")).some((name) => name.includes("damaged")));
  await failOver(daemon);
  const dropped = await daemon.entry("dropped", ({ hold }) => hold === "journal");
  assert.match(dropped.sentence, /failoverctl ack journal/);
  assert.deepEqual(
    (await daemon.status()).hosts.map(({ status }) => status),
    ["slave", "master"],
  );
  assert.deepEqual(daemon.done(), ["[one][host1]"]);
  assert.equal((await daemon.ctl("ack", "journal")).code, 0);
  await daemon.report("role", "host2", "slave");
  await daemon.report("role", "host2", "master");
  await daemon.entry("run-end", ({ seq }) => seq > dropped.seq);
  assert.deepEqual(daemon.done(), ["[one][host1]", "[one][host2]"]);
});

const spoilt: readonly { readonly name: string; readonly spoil: (path: string) => void }[] = [
  { name: "half of it", spoil: (path) => truncateSync(path, 100) },
  { name: "empty", spoil: (path) => truncateSync(path, 0) },
  { name: "other bytes", spoil: (path) => writeFileSync(path, readFileSync(path, "utf8").replace("slave", "slavf")) },
  { name: "gone", spoil: (path) => rmSync(path) },
];

for (const { name, spoil } of spoilt) {
  void test(`a state table that is of no use (${name}): the journal leads, and the daemon acts`, async (t) => {
    const daemon = await killed(t);
    spoil(join(daemon.root, "var/table.json"));
    await daemon.start();
    await failOver(daemon);
    const end = await daemon.entry("run-end", ({ run }) => run === 2);
    assert.equal(end.outcome, "done");
    assert.deepEqual(daemon.done(), ["[one][host1]", "[one][host2]"], "no number of a run is used again");
  });
}

void test("a table that is older than the journal: what the journal says is put on it, and nothing is asked for again", async (t) => {
  const daemon = new RealDaemon({
    "checks.conf":
      "[local]\ncheck_host1 { every 50ms, timeout 5s }\n[passive]\n{ fall 1, stale 1h }\nrole { for host2 }\n",
    "actions.conf": "[slave_to_master]\none %MASTER%\n[any_to_unknown]\none %HOST%\n",
    checks: { check_host1: "echo SLAVE" },
    actions: { one: noteDown },
  });
  t.after(() => daemon.close());
  await daemon.start();
  await daemon.tableSaved();
  const first = daemon.readFile("var/table.json");
  await daemon.report("role", "host2", "slave");
  await daemon.learned();
  await daemon.report("role", "host2", "master");
  await daemon.entry("run-end");
  await daemon.end("SIGKILL");

  daemon.writeFile("var/table.json", first, 0o600);
  await daemon.start();
  const { hosts, checks } = await daemon.status();
  assert.deepEqual(
    hosts.map(({ host, status, role }) => `${host} ${status} ${role}`),
    ["host1 slave slave", "host2 master master"],
  );
  assert.deepEqual(
    checks.map(({ check, status, isStale }) => `${check} ${status} ${isStale}`),
    ["check_host1 slave false", "role master false"],
  );
  const again = await daemon.entry("learned", () => true, daemon.entriesOf("daemon-start").at(-1)?.seq);
  assert.match(again.sentence, /every check that counts has reported/);
  await daemon.checkedAgain("check_host1");
  assert.deepEqual(daemon.done(), ["[one][host2]"]);
});

void test("a full disk stops no failover, is said loudly, and is over when there is room", async (t) => {
  const daemon = new RealDaemon({
    "checks.conf": "[passive]\n{ fall 1, stale 1h }\nrole { for host1 }\nrole { for host2 }\n",
    "actions.conf": "[slave_to_master]\none %MASTER%\ntwo\n",
    actions: { one: noteDown, two: `${noteDown}; echo printed` },
  });
  const folder = join(daemon.root, "var");
  if (!putVarOnSmallDisk(t, daemon)) return;
  await daemon.start();
  await daemon.report("role", "host1", "slave");
  await daemon.report("role", "host2", "slave");
  await daemon.learned();

  fill(join(folder, "filler1"));
  await daemon.report("role", "host1", "master");
  await daemon.entry("run-end", ({ run }) => run === 1);
  assert.deepEqual(daemon.done(), ["[one][host1]", "[two]"], "in the space that was reserved");
  assert.equal((await daemon.status()).daemon.notRemembered, null);

  fill(join(folder, "filler2"));
  await daemon.report("role", "host1", "slave");
  await daemon.report("role", "host2", "master");
  await daemon.until("the second run to be made", () => Promise.resolve(daemon.done().length === 4 || null));
  assert.deepEqual(daemon.done().slice(2), ["[one][host2]", "[two]"], "without any memory");
  await daemon.until("the run to end", async () => (await daemon.status()).run === null || null);
  /** Now and then a little space is freed, by a file that is written anew; and what could not be remembered is, after all. */
  await daemon.until("the daemon to have no memory left", async () => {
    fill(join(folder, "filler3"));
    await daemon.report("role", "host1", "ok");
    await daemon.report("role", "host1", "slave");
    return /no space left|full/i.test((await daemon.ctl("status")).stdout) || null;
  });
  assert.match(daemon.stderr, /CANNOT REMEMBER/);

  rmSync(join(folder, "filler3"));
  rmSync(join(folder, "filler1"));
  rmSync(join(folder, "filler2"));
  await daemon.report("role", "host2", "slave");
  await daemon.report("role", "host1", "master");
  await daemon.until("three runs to be made", () => Promise.resolve(daemon.done().length === 6 || null));
  await daemon.until("the journal to be written again", async () => {
    const { daemon: view, run } = await daemon.status();
    return (run === null && view.notRemembered === null) || null;
  });
  await daemon.end();
  const { stdout } = await daemon.ctl("--json", "history");
  const seqs = [...stdout.matchAll(/"seq":(\d+),/g)].map(([, seq]) => Number(seq));
  assert.deepEqual(
    seqs,
    seqs.map((_seq, index) => index + 1),
    "what could not be written then is written late",
  );
  assert.equal([...stdout.matchAll(/"kind":"run-end"/g)].length, 3);
});
