/** What a notifier finds in its environment and in place of its variables, for records that speak of more than one host. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { initialState } from "../../src/core/restore.ts";
import type { Configuration } from "../../src/core/configuration.ts";
import type { Record } from "../../src/core/record.ts";
import type { ProcessCommand } from "../../src/host/processes.ts";
import { createNotifications } from "../../src/supervisor/notifications.ts";

const configuration: Configuration = {
  fingerprint: "0",
  localHost: "host1",
  hosts: ["host1", "host2"],
  checks: [],
  rules: [],
  variables: {},
  fences: [],
  notifiers: [
    {
      command: { program: "/bin/page", words: [["page"], [{ variable: "HOST" }]], env: {}, user: null },
      topics: ["split_brain", "fence"],
      timeoutMs: 1_000,
      place: { file: "actions.conf", line: 1 },
    },
  ],
};

/** The command that tells of the record. */
function told(topic: "split_brain" | "fence", record: Record): ProcessCommand {
  const commands: ProcessCommand[] = [];
  const run = (command: ProcessCommand) => {
    commands.push(command);
    return () => undefined;
  };
  const notifications = createNotifications({ localHost: "host1", run, onFailed: assert.fail });
  notifications.push(
    { topic, record, at: "2026-01-01T00:00:00.000Z" },
    { configuration, state: initialState(configuration, 0) },
  );
  const [command] = commands;
  assert.ok(command !== undefined);
  return command;
}

void test("a split brain names all its masters, and %HOST% is the one that joined the others", () => {
  const { argv, env } = told("split_brain", { kind: "split-brain", hosts: ["host2", "host1"], sentence: "two" });
  assert.deepEqual(argv, ["/bin/page", "host1"]);
  assert.equal(env["FAILOVERD_HOSTS"], "host2 host1");
});

void test("a fence that waits for a person names its host", () => {
  const { argv, env } = told("fence", {
    kind: "awaiting",
    run: 1,
    rule: "lost",
    step: 1,
    attempt: 1,
    host: "host2",
    device: 0,
    deviceAttempt: 1,
    sentence: "switch host2 off",
  });
  assert.deepEqual(argv, ["/bin/page", "host2"]);
  assert.equal(env["FAILOVERD_HOST"], "host2");
  assert.equal(env["FAILOVERD_HOSTS"], undefined);
});
