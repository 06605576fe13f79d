/** Triggers that wait for a run in progress: 64, each thing once, and what does not fit is dropped and said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { waitingMax } from "../../src/core/rules.ts";
import { step } from "../../src/core/step.ts";
import { makeAction, makeCheck, makeConfiguration, makeResult, makeRule, makeState } from "./build.ts";
import type { Effect } from "../../src/core/effect.ts";
import type { Event } from "../../src/core/event.ts";
import type { State } from "../../src/core/state.ts";

const cluster = makeCheck("cluster", "h0", { dialect: "report", staleAfterMs: 60_000 });
const configuration = makeConfiguration({
  checks: [cluster],
  rules: [
    makeRule("slave_to_master", {
      trigger: {
        kind: "transition",
        from: { kind: "status", status: "slave" },
        to: { kind: "status", status: "master" },
        host: null,
        check: null,
      },
      actions: [makeAction("plumb", { timeoutMs: 1e9 }, "HOST")],
    }),
  ],
});

class Daemon {
  state: State = makeState(configuration);
  nowMs = 0;
  readonly records: Extract<Effect, { kind: "record" }>["record"][] = [];

  do(event: Event): void {
    const { state, effects } = step(configuration, this.state, event, this.nowMs);
    this.state = state;
    for (const effect of effects) if (effect.kind === "record") this.records.push(effect.record);
  }

  /** The check says of each host what it is. */
  report(statuses: readonly string[]): void {
    this.nowMs += 1_000;
    this.do({ kind: "tick" });
    const job = this.state.checks[cluster.key]?.job ?? 0;
    const results = statuses.map((status, index) => ({ host: `h${index}`, result: makeResult(status) }));
    this.do({ kind: "check-ended", job, results });
  }

  count(kind: string): number {
    return this.records.filter((record) => record.kind === kind).length;
  }
}

function begin(hosts: number): Daemon {
  const daemon = new Daemon();
  daemon.report(Array.from({ length: hosts }, () => "slave"));
  daemon.report(Array.from({ length: hosts }, (_, index) => (index === 0 ? "master" : "slave")));
  assert.equal(daemon.count("run-start"), 1);
  return daemon;
}

void test("64 triggers wait, the others are dropped with a record each", () => {
  const daemon = begin(68);
  daemon.report(Array.from({ length: 68 }, () => "master"));
  assert.equal(daemon.state.waiting.length, waitingMax);
  assert.equal(daemon.count("waiting"), waitingMax);
  const dropped = daemon.records.flatMap((record) => (record.kind === "dropped" ? [record] : []));
  assert.deepEqual(
    dropped.map(({ hold, sentence }) => [hold, sentence]),
    [65, 66, 67].map((host) => [
      "queue-full",
      `slave_to_master dropped: h${host}: slave -> master, but 64 triggers are waiting already`,
    ]),
  );
});

void test("a host that changes to and fro waits once", () => {
  const daemon = begin(3);
  for (let round = 0; round < 100; round += 1) {
    daemon.report(["master", "master", "slave"]);
    daemon.report(["master", "slave", "slave"]);
  }
  assert.equal(daemon.state.waiting.length, 1);
  assert.equal(daemon.count("waiting"), 1);
  assert.equal(daemon.count("dropped"), 99);
});
