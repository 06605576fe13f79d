/** What the supervisor relies on, of any processes: the same tests hold the real ones and the simulated ones. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { ProcessCommand, ProcessIdentity, Processes } from "../../../src/host/processes.ts";
import type { EventBook } from "../../host/event-book.ts";

/** What a program does: exit 0 and say MASTER (a check) or nothing, exit 2 or 1 and say DOWN, or never end. */
export type Manner = "well" | "badly" | "never";

export interface ProcessSubject {
  /** A daemon's processes, and what it is told; called again, the next daemon's. */
  readonly open: () => { readonly processes: Processes; readonly book: EventBook };
  /** A check, or an action, that ends in this manner. To be started at once, before another is asked for. */
  readonly check: (manner: Manner) => ProcessCommand;
  readonly action: (manner: Manner) => ProcessCommand;
  /** A check that stays, and says MASTER at once. */
  readonly resident: () => ProcessCommand;
  /** Lets time pass until the promise is kept. */
  readonly settle: <T>(promise: Promise<T>) => Promise<T>;
}

const rows: readonly { readonly name: string; readonly hold: (subject: ProcessSubject) => Promise<void> }[] = [
  {
    name: "a check ends once, with its exit and what it printed, and not within the call",
    hold: async ({ open, check, settle }) => {
      const { processes, book } = open();
      processes.startCheck(1, check("well"), 5_000);
      assert.deepEqual(endsOf(book, 1), []);
      const well = await settle(book.checkEnded(1));
      assert.deepEqual(well.outcome, { kind: "exited", code: 0 });
      assert.match(well.output.stdout, /^MASTER/);
      processes.startCheck(2, check("badly"), 5_000);
      const bad = await settle(book.checkEnded(2));
      assert.deepEqual(bad.outcome, { kind: "exited", code: 2 });
      assert.match(bad.output.stdout, /^DOWN/);
      assert.equal(endsOf(book, 1).length, 1);
    },
  },
  {
    name: "a check that is too slow is ended, and says so",
    hold: async ({ open, check, settle }) => {
      const { processes, book } = open();
      processes.startCheck(1, check("never"), 300);
      const { outcome } = await settle(book.checkEnded(1));
      assert.equal(outcome.kind, "timed-out");
      assert.equal(endsOf(book, 1).length, 1);
    },
  },
  {
    name: "a check that is stopped still ends, once",
    hold: async ({ open, check, settle }) => {
      const { processes, book } = open();
      processes.startCheck(1, check("never"), 60_000);
      processes.stopCheck(1);
      const { outcome } = await settle(book.checkEnded(1));
      assert.notEqual(outcome.kind, "exited");
      processes.stopCheck(1);
      processes.startCheck(2, check("well"), 5_000);
      await settle(book.checkEnded(2));
      assert.equal(endsOf(book, 1).length, 1);
    },
  },
  {
    name: "a resident says lines, and when it is stopped, ends",
    hold: async ({ open, resident, settle }) => {
      const { processes, book } = open();
      processes.startResident(1, resident());
      const { line } = await settle(book.when("resident-line", (event) => event.job === 1));
      assert.match(line, /^MASTER/);
      processes.stopCheck(1);
      await settle(book.when("resident-ended", (event) => event.job === 1));
    },
  },
  {
    name: "a launcher is ready before a step, and another after it",
    hold: async ({ open, action, settle }) => {
      const { processes, book } = open();
      const first = await settle(book.launcherReady());
      assert.ok(first.pid > 0);
      processes.startStep({ run: 1, name: "1" }, action("well"), null);
      const second = await settle(book.launcherReady());
      assert.notDeepEqual(second, first);
      assert.deepEqual((await settle(book.stepEnded({ run: 1, name: "1" }))).outcome, { kind: "exited", code: 0 });
      processes.startStep({ run: 1, name: "2" }, action("badly"), null);
      assert.deepEqual((await settle(book.stepEnded({ run: 1, name: "2" }))).outcome, { kind: "exited", code: 1 });
    },
  },
  {
    name: "a step that is killed has ended, once",
    hold: async ({ open, action, settle }) => {
      const { processes, book } = open();
      const key = { run: 1, name: "1" };
      await settle(book.launcherReady());
      processes.startStep(key, action("never"), null);
      processes.killStep(key);
      const { outcome } = await settle(book.stepEnded(key));
      assert.equal(outcome.kind, "killed");
      processes.killStep(key);
      assert.equal(book.events.filter(({ kind }) => kind === "step-ended").length, 1);
    },
  },
  {
    name: "the next daemon finds what the one before it had started: over, running, or nobody knows",
    hold: async ({ open, action, settle }) => {
      const before = open();
      const over = { run: 1, name: "1" };
      const running = { run: 1, name: "2" };
      const first = await settle(before.book.launcherReady());
      before.processes.startStep(over, action("well"), null);
      await settle(before.book.stepEnded(over));
      const second = await settle(before.book.launcherReady());
      before.processes.startStep(running, action("never"), null);
      await settle(before.book.launcherReady());
      await settle(before.processes.close());

      const after = open();
      assert.deepEqual(outcomeOf(after.processes, over, first), { kind: "exited", code: 0 });
      assert.equal(after.processes.findStep(running, second), "running");
      assert.equal(after.processes.findStep({ run: 9, name: "1" }, first), "in-doubt");
      after.processes.awaitStep(running, second);
      after.processes.killStep(running);
      assert.notEqual((await settle(after.book.stepEnded(running))).outcome.kind, "exited");
    },
  },
  {
    name: "what is closed tells of its steps nothing more, and they live on",
    hold: async ({ open, check, action, settle }) => {
      const { processes, book } = open();
      const key = { run: 1, name: "1" };
      const identity = await settle(book.launcherReady());
      processes.startStep(key, action("never"), null);
      await settle(book.launcherReady());
      processes.startCheck(1, check("never"), 60_000);
      await settle(processes.close());
      const next = open();
      assert.equal(next.processes.findStep(key, identity), "running");
      next.processes.awaitStep(key, identity);
      next.processes.killStep(key);
      await settle(next.book.stepEnded(key));
      assert.equal(book.events.filter(({ kind }) => kind === "step-ended").length, 0);
    },
  },
];

function endsOf(book: EventBook, job: number) {
  return book.events.filter((event) => event.kind === "check-ended" && event.job === job);
}

function outcomeOf(processes: Processes, key: { run: number; name: string }, identity: ProcessIdentity): unknown {
  const found = processes.findStep(key, identity);
  return typeof found === "string" ? found : found.outcome;
}

export function holdProcesses(name: string, open: (context: TestContext) => ProcessSubject): void {
  for (const row of rows) void test(`${name}: ${row.name}`, (context) => row.hold(open(context)));
}
