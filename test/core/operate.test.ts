/** What operators ask for and what they are answered, in the cases that no history tells: refusals above all. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { newRule } from "../../src/core/turn.ts";
import { Driven, launcher } from "./driven.ts";
import { makeAction, makeCheck, makeConfiguration, makeObservation, makeResult, makeRule, makeState } from "./build.ts";
import { boundFence, device, runOf } from "./bound-run.ts";
import type { Event } from "../../src/core/event.ts";
import type { State } from "../../src/core/state.ts";

const passive = { run: { kind: "passive" } } as const;
const check = makeCheck("check_a", "h1");
const backup = makeCheck("backup", "h1", { ...passive, isAdvisory: true, rise: 2 });
const both = ["h1", "h2"].map((host) => makeCheck("both", host, { ...passive, isAdvisory: true }));
const isDown = { kind: "is", subject: { kind: "host", host: "h1" }, isNegated: false, statuses: ["down"] } as const;
const configuration = makeConfiguration({
  checks: [check, backup, ...both],
  rules: [
    makeRule("plain", {}),
    makeRule("over", { actions: [makeAction("promote", {}, "SLAVE")] }),
    makeRule("level", { trigger: { kind: "condition", when: isDown } }),
  ],
  fences: [
    {
      host: "h1",
      devices: [device("fence_one"), device("manual", { agent: null }), device("fence_mute", { canProve: false })],
    },
    { host: "h2", devices: [device("manual", { agent: null }), device("fence_mute", { canProve: false })] },
  ],
});
const blocked = { ...newRule, blocked: { sentence: "plain is blocked", sinceMs: 0 } };
const asked = { device: 0, deviceAttempt: 1, verb: "off", asked: 0, untilMs: 5_000, spentMs: 0 } as const;
const distrust = "the journal cannot be trusted";

const request = 9;
const report = (name: string, host: string | null, status = "ok"): Event => ({
  kind: "reported",
  request,
  check: name,
  host,
  result: makeResult(status),
});
const ack = (what: string): Event => ({ kind: "acknowledge", request, what });
const run = (rule: string): Event => ({ kind: "run-rule", request, rule });
const fence = (host: string, verb: "off" | "status"): Event => ({ kind: "fence-host", request, host, verb });
const maintain = (scope: string, forMs: number | null, reason = ""): Event => ({
  kind: "maintenance-on",
  request,
  scope,
  forMs,
  untilWallMs: null,
  reason,
});
const stop = (scope: string): Event => ({ kind: "maintenance-off", request, scope });
const covers = (scope: string, untilMs: number | null) => ({ scope, untilMs, untilWallMs: null, reason: "" });

const rows: readonly (readonly [name: string, asked: Event, given: Partial<State>, answer: string])[] = [
  [
    "a report on a check that is run",
    report("check_a", null),
    {},
    "no: check_a is not passive: the daemon runs it itself",
  ],
  ["a report on no check", report("nothing", null), {}, "no: there is no passive check nothing in checks.conf"],
  ["a report on another host", report("backup", "h2"), {}, "no: there is no passive check backup on h2 in checks.conf"],
  [
    "a report that leaves open of which host",
    report("both", null),
    {},
    "no: both is declared for several hosts: say for which",
  ],
  ["a report that says which", report("both", "h2", "warning"), {}, "yes: both on h2: warning"],
  ["a report that is not yet believed", report("backup", null), {}, "yes: backup on h1: ok, 1 of 2, still unknown"],
  ["acknowledge what is not blocked", ack("plain"), {}, "no: plain is not blocked"],
  [
    "acknowledge a run that failed",
    ack("plain"),
    { rules: { plain: { ...newRule, failure: "plain, run 2: FAILED" } } },
    "yes: plain is acknowledged: it acts again",
  ],
  ["acknowledge nothing", ack("nothing"), {}, "no: there is no rule nothing"],
  ["acknowledge a rule", ack("plain"), { rules: { plain: blocked } }, "yes: plain is acknowledged: it acts again"],
  [
    "acknowledge a rule whose `when` is true",
    ack("level"),
    { rules: { level: { ...blocked, trueSinceMs: 5 } } },
    'yes: level is acknowledged: it acts again, and at once if nothing else holds it: its "when" is true',
  ],
  [
    "acknowledge a rule that has seen to its episode",
    ack("level"),
    { rules: { level: { ...blocked, trueSinceMs: 5, hasFired: true } } },
    'yes: level is acknowledged: it has run for this, and acts again when its "when" was false in between',
  ],
  [
    "acknowledge a journal in order",
    ack("journal"),
    {},
    "no: the journal is in order: there is nothing to acknowledge",
  ],
  ["acknowledge a journal", ack("journal"), { distrust }, "yes: journal is acknowledged: it acts again"],
  ["acknowledge a fence that nobody waits for", ack("fence h1"), {}, "no: no run waits for a person to fence h1"],
  ["run nothing", run("nothing"), {}, "no: there is no rule nothing"],
  ["run without trust", run("plain"), { distrust }, `no: ${distrust}`],
  ["run during a run", run("plain"), { run: runOf({}) }, "no: run 1 of calm is in progress: one run at a time"],
  [
    "run without a slave",
    run("over"),
    {},
    "no: over cannot be run: %SLAVE% has no value: no host is known to be a slave now",
  ],
  ["run", run("plain"), {}, "yes: run 1 of plain has started"],
  ["fence without trust", fence("h1", "off"), { distrust }, `no: ${distrust}`],
  ["fence during a run", fence("h1", "off"), { run: runOf({}) }, "no: run 1 of calm is in progress: one run at a time"],
  ["fence a host without a fence", fence("h9", "off"), {}, "no: there is no [fence h9] in actions.conf"],
  ["fence", fence("h1", "off"), {}, "yes: run 1 of fence h1 has started"],
  ["ask", fence("h1", "status"), {}, "yes: run 1 of fence h1 status has started"],
  [
    "ask where nobody can answer",
    fence("h2", "status"),
    {},
    "no: no device of h2 can say whether it is off: manual, fence_mute",
  ],
  [
    "resume a run that waits for a person",
    { kind: "resume", request, run: 1 },
    { run: runOf({ actions: [boundFence([])], phase: { kind: "awaiting", attempt: 1, fence: asked } }) },
    'no: run 1 is not resumed, it waits for a person: switch h1 off, then say "failoverctl ack fence h1"; or "failoverctl abandon 1"',
  ],
  ["resume nothing", { kind: "resume", request, run: 1 }, {}, "no: run 1 is not in progress"],
  ["resume another", { kind: "resume", request, run: 2 }, { run: runOf({}) }, "no: run 2 is not in progress, run 1 is"],
  [
    "resume what waits for nobody",
    { kind: "resume", request, run: 1 },
    { run: runOf({}) },
    "no: run 1 does not wait for anybody",
  ],
  [
    "maintenance of nothing",
    maintain("h9", null),
    {},
    "no: there is no host, check or rule h9 that could be in maintenance",
  ],
  [
    "maintenance of a host",
    maintain("h1", null),
    {},
    "yes: maintenance of h1 until it is switched off; its rules are held",
  ],
  [
    "maintenance of a check on a host",
    maintain("check_a on h1", 60_000, "new disk"),
    {},
    "yes: maintenance of check_a on h1 for 60 s: new disk; its rules are held",
  ],
  [
    "maintenance of a rule",
    maintain("level", null),
    {},
    "yes: maintenance of level until it is switched off; its rules are held",
  ],
  [
    "maintenance of everything",
    maintain("*", null),
    {},
    "yes: maintenance of everything until it is switched off; its rules are held",
  ],
  ["no maintenance", stop("h1"), { maintenance: [covers("h2", null)] }, "no: there is no maintenance of h1"],
  ["the only maintenance", stop("h1"), { maintenance: [covers("h1", null)] }, "yes: maintenance of h1 is over"],
  [
    "one maintenance of many",
    stop("*"),
    {
      maintenance: [
        covers("*", null),
        covers("h1", 61_000),
        ...["h2", "plain", "level"].map((scope) => covers(scope, null)),
      ],
    },
    "yes: maintenance of everything is over; h1 is in maintenance for another 60 s, h2 is in maintenance until it is switched off, plain is in maintenance until it is switched off, and 1 more",
  ],
];

for (const [name, asked, given, answer] of rows) {
  void test(`${name}: ${answer}`, () => {
    const observations = { [check.key]: makeObservation(check, "ok", { latestAtMs: 900 }) };
    const base = makeState(configuration);
    const rules = { ...base.rules, ...given.rules };
    const daemon = new Driven(configuration, {
      ...base,
      launcher,
      ...given,
      rules,
      observations: { ...base.observations, ...observations },
    });
    assert.equal(daemon.ask(asked), answer);
  });
}

void test("what is refused changes nothing but the clock", () => {
  for (const [name, asked, given, answer] of rows) {
    if (answer.startsWith("yes")) continue;
    const begin = { ...makeState(configuration), ...given };
    const ticked = new Driven(configuration, begin);
    const refused = new Driven(configuration, begin);
    ticked.tell({ kind: "tick" });
    refused.tell(asked);
    assert.deepEqual(refused.state, ticked.state, name);
    assert.deepEqual(refused.records, ticked.records, name);
  }
});
