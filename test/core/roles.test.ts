/** Who is taken for the master when hosts contradict each other: a role that another took away is given back only anew. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Driven } from "./driven.ts";
import { makeCheck, makeConfiguration, makeObservation, makeResult, makeStanding, makeState } from "./build.ts";
import { judgeIn, is, up } from "./little-state.ts";

const check = makeCheck("check_a", "h1");
const configuration = makeConfiguration({ checks: [check] });

/** h1 said that it is master, at `saidAtMs`, and lost the role to another at 500. */
function retired(saidAtMs: number): Driven {
  const standing = makeStanding("master", { role: "master", roleOrder: 1 });
  return new Driven(
    configuration,
    makeState(configuration, {
      observations: { [check.key]: makeObservation(check, "master", { standing, latestAtMs: saidAtMs }) },
      hosts: { h1: makeStanding("master", { role: null, roleOrder: 1, roleSinceMs: 500 }) },
      nextOrder: 3,
    }),
  );
}

void test("what a host said before it lost its role does not give the role back", () => {
  const daemon = retired(499);
  daemon.tell({ kind: "tick" });
  assert.equal(daemon.state.hosts["h1"]?.role, null);
  assert.deepEqual(daemon.said("transition"), []);
});

void test("what it says afterwards does, and that is told, though it is no change that triggers anything", () => {
  const daemon = retired(499);
  daemon.checkEnds(check.key, [{ host: null, result: makeResult("master") }]);
  assert.deepEqual([daemon.state.hosts["h1"]?.role, daemon.state.hosts["h1"]?.roleOrder], ["master", 3]);
  assert.deepEqual(daemon.said("transition"), ["h1: taken for the master again: it still says so"]);
  assert.equal(daemon.state.lastMaster, "h1");
});

void test("of what is not yet confirmed to be anything it is said how often it was seen", () => {
  const observations = {
    [up.key]: makeObservation(up, "unknown", {
      latestAtMs: 900,
      latest: makeResult("critical"),
      confirming: ["critical"],
    }),
  };
  const { truth, because } = judgeIn(is({ kind: "check", check: "check_up", on: null }, "ok"), { observations });
  assert.equal(truth, "unknown");
  assert.match(because, /: critical it is \(1 in a row, not yet confirmed\)$/);
});
