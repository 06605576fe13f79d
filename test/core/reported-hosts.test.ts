/** A check that reports on hosts: on 256 of them and no more, of others' checks nothing, and what is silent makes room. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { masterOf } from "../../src/core/hosts.ts";
import { replayRecords } from "../../src/core/restore.ts";
import { reportedHostsMax } from "../../src/core/schedule.ts";
import { Driven } from "./driven.ts";
import { makeCheck, makeConfiguration, makeResult, makeState } from "./build.ts";
import type { Record } from "../../src/core/record.ts";
import type { HostResult } from "../../src/core/event.ts";

const cluster = makeCheck("cluster", "h0", { dialect: "report", staleAfterMs: 5_000 });
const same = makeCheck("cluster", "h1", { staleAfterMs: 60_000 });
const heard = makeCheck("heard", "h0", { dialect: "report", run: { kind: "passive" }, staleAfterMs: 5_000 });

const on = (from: number, to: number, status = "ok"): readonly HostResult[] =>
  Array.from({ length: to - from }, (_, index) => ({ host: `h${from + index}`, result: makeResult(status) }));

function begin(): Driven {
  const configuration = makeConfiguration({ checks: [cluster] });
  return new Driven(configuration, makeState(configuration));
}

function hostsOf(daemon: Driven): number {
  return Object.keys(daemon.state.observations).length;
}

void test("256 hosts are reported on; what is said of more is dropped, said once, and counted", () => {
  const daemon = begin();
  daemon.checkEnds(cluster.key, on(0, reportedHostsMax + 2));
  assert.equal(hostsOf(daemon), reportedHostsMax);
  const sentence = "cluster on h0 reports on more than 256 hosts: what it says of h256 and others is dropped";
  assert.deepEqual(daemon.said("note"), [sentence]);
  assert.equal(daemon.state.checks[cluster.key]?.droppedHosts, 2);
  daemon.nowMs += 1_000;
  daemon.checkEnds(cluster.key, on(0, reportedHostsMax + 1));
  assert.deepEqual(daemon.said("note"), [sentence]);
  assert.equal(daemon.state.checks[cluster.key]?.droppedHosts, 3);
  assert.equal(daemon.state.observations["cluster on h255"]?.standing.status, "ok");
});

void test("a host that is silent makes room for one that is new, and the check's own host never does", () => {
  const daemon = begin();
  daemon.checkEnds(cluster.key, on(0, reportedHostsMax));
  for (let second = 0; second < 6; second += 1) {
    daemon.nowMs += 1_000;
    daemon.checkEnds(cluster.key, on(2, reportedHostsMax));
  }
  assert.equal(daemon.state.observations["cluster on h0"]?.isStale, true);
  daemon.nowMs += 1_000;
  daemon.checkEnds(cluster.key, on(reportedHostsMax, reportedHostsMax + 2));
  assert.deepEqual(daemon.said("check-removed"), [
    "cluster on h1 is forgotten: it was silent, and cluster reports on more hosts than 256",
  ]);
  assert.equal(hostsOf(daemon), reportedHostsMax);
  assert.equal(daemon.state.observations["cluster on h256"]?.standing.status, "ok");
  assert.equal(daemon.state.observations["cluster on h257"], undefined);
});

void test("a report says nothing of a check of the same name that is declared on that host", () => {
  const configuration = makeConfiguration({ checks: [cluster, same] });
  const daemon = new Driven(configuration, makeState(configuration));
  daemon.checkEnds(cluster.key, on(0, 3, "critical"));
  const statusOf = (host: string) => daemon.state.observations[`cluster on ${host}`]?.standing.status;
  assert.deepEqual([statusOf("h0"), statusOf("h1"), statusOf("h2")], ["critical", "unknown", "critical"]);
});

void test("one that could not run says of each of its hosts that it is unknown, and of others' nothing", () => {
  const configuration = makeConfiguration({ checks: [cluster, same] });
  const daemon = new Driven(configuration, makeState(configuration));
  daemon.checkEnds(same.key, [{ host: null, result: makeResult("ok") }]);
  daemon.checkEnds(cluster.key, [...on(0, 1), ...on(2, 3)]);
  daemon.nowMs += 1_000;
  daemon.checkEnds(cluster.key, [{ host: null, result: makeResult("unknown") }]);
  const statusOf = (host: string) => daemon.state.observations[`cluster on ${host}`]?.standing.status;
  assert.deepEqual([statusOf("h0"), statusOf("h1"), statusOf("h2")], ["unknown", "ok", "unknown"]);
});

void test("who reports over the socket on too many hosts, or on another's check, is told so", () => {
  const configuration = makeConfiguration({ checks: [heard, makeCheck("heard", "h1")] });
  const daemon = new Driven(configuration, makeState(configuration));
  const report = (host: string): string | null =>
    daemon.ask({ kind: "reported", request: 1, check: "heard", host, result: makeResult("ok") });
  assert.equal(report("h1"), "no: heard on h1 is another check: the daemon runs it itself");
  for (let host = 2; host <= reportedHostsMax; host += 1)
    assert.equal(report(`h${host}`), `yes: heard on h${host}: ok`);
  assert.equal(report("h999"), "no: heard reports on 256 hosts already: what it says of h999 is dropped");
});

void test("a host goes with the last that is known of it; if it was the master, that is said, and it is nobody's %MASTER%", () => {
  const daemon = begin();
  daemon.checkEnds(cluster.key, [...on(0, reportedHostsMax - 1), ...on(300, 301, "master")]);
  assert.equal(masterOf(daemon.state), "h300");
  for (let second = 0; second < 20; second += 1) {
    daemon.nowMs += 1_000;
    daemon.checkEnds(cluster.key, on(second < 6 ? 0 : 400 + second, second < 6 ? reportedHostsMax - 1 : 401 + second));
  }
  assert.ok(hostsOf(daemon) <= reportedHostsMax);
  assert.deepEqual(
    new Set(Object.keys(daemon.state.hosts)),
    new Set(Object.values(daemon.state.observations).map(({ host }) => host)),
  );
  assert.deepEqual([masterOf(daemon.state), daemon.state.lastMaster], [null, null]);
  assert.deepEqual(
    daemon.said("transition").filter((sentence) => sentence.startsWith("h300: no longer")),
    ["h300: no longer taken for the master: nothing that is known speaks of it any more"],
  );
});

void test("what was forgotten behind the table stays forgotten over a crash, and what is declared now does not", () => {
  const daemon = begin();
  daemon.checkEnds(cluster.key, [...on(0, 1), ...on(7, 8, "master"), ...on(8, 9)]);
  const gone = ["h0", "h7"].map((host): Record => ({
    kind: "check-removed",
    check: "cluster",
    host,
    sentence: "gone",
  }));
  const newer = { records: gone, unfinished: null, isCurrent: true };
  const { observations, hosts, lastMaster } = replayRecords(daemon.configuration, daemon.state, newer, daemon.nowMs);
  assert.deepEqual(Object.keys(observations), ["cluster on h0", "cluster on h8"]);
  assert.deepEqual([Object.keys(hosts), lastMaster], [["h0", "h8"], null]);
});

void test("a host that a check is declared for stays, whatever else had spoken of it", () => {
  const configuration = makeConfiguration({ checks: [cluster, makeCheck("disk", "h7")] });
  const daemon = new Driven(configuration, makeState(configuration));
  daemon.checkEnds(cluster.key, [...on(0, 1), ...on(7, 8, "master")]);
  const gone: Record = { kind: "check-removed", check: "cluster", host: "h7", sentence: "gone" };
  const newer = { records: [gone], unfinished: null, isCurrent: true };
  const { observations, hosts, lastMaster } = replayRecords(configuration, daemon.state, newer, daemon.nowMs);
  assert.deepEqual(Object.keys(observations), ["cluster on h0", "disk on h7"]);
  assert.deepEqual([Object.keys(hosts), lastMaster], [["h0", "h7"], "h7"]);
});
