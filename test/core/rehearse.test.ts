/** What a rule would do now, as `run RULE --dry-run` shows it: nothing is done, and nothing is made up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { rehearse } from "../../src/core/rehearse.ts";
import {
  makeAction,
  makeCheck,
  makeConfiguration,
  makeOptions,
  makeRule,
  makeStanding,
  makeState,
  place,
} from "./build.ts";

const configuration = makeConfiguration({
  checks: [makeCheck("check_a", "h1"), makeCheck("check_b", "h2")],
  rules: [
    makeRule("lost", {
      actions: [
        makeAction("stop"),
        { kind: "fence", host: [{ variable: "MASTER" }], options: makeOptions(), place },
        makeAction("plumb", {}, "LOCAL"),
      ],
    }),
    makeRule("over", { actions: [makeAction("promote", {}, "SLAVE")] }),
  ],
});
const state = makeState(configuration, { hosts: { h1: makeStanding("master", { role: "master" }) } });
const known = { configuration, state };

void test("its commands, every variable replaced", () => {
  assert.deepEqual(rehearse(known, "lost"), {
    kind: "commands",
    commands: [["stop"], ["fence", "h1"], ["plumb", "host1"]],
  });
});

void test("or why it would not run", () => {
  assert.deepEqual(rehearse(known, "over"), {
    kind: "refused",
    sentence: "over cannot be run: %SLAVE% has no value: no host is known to be a slave now",
  });
  assert.deepEqual(rehearse(known, "none"), { kind: "refused", sentence: "there is no rule none" });
});
