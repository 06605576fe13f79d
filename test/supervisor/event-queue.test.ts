/** What waits for the loop: in its order, and of a check that stays no more than so much, the newest of it always. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event } from "../../src/core/event.ts";
import { crowdedMax, EventQueue, lineBytesMax, linesMax } from "../../src/supervisor/event-queue.ts";

function line(job: number, output: string): Event {
  const result = { status: "ok", output, longOutput: "", metrics: [], outcome: null };
  return { kind: "resident-reported", job, results: [{ host: null, result }] };
}

/** Of a check whose dialect names hosts. */
function lineAbout(job: number, host: string, output: string): Event {
  const result = { status: "ok", output, longOutput: "", metrics: [], outcome: null };
  return { kind: "resident-reported", job, results: [{ host, result }] };
}

function noted(sentence: string): Event {
  return { kind: "noted", topic: "t", sentence };
}

function drain(queue: EventQueue<Event>): readonly string[] {
  const words: string[] = [];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
    if (item.kind === "resident-reported")
      words.push(`${item.job}:${item.results.map(({ result }) => result.output).join("+")}`);
    else words.push(item.kind === "noted" ? item.sentence : item.kind);
  }
  return words;
}

const count = (amount: number): readonly number[] => Array.from({ length: amount }, (_none, index) => index);

const rows: readonly {
  readonly name: string;
  readonly given: readonly Event[];
  readonly want: readonly string[];
  readonly passedOver: number;
}[] = [
  {
    name: "all in their order",
    given: [line(1, "a"), noted("b"), line(2, "c"), line(1, "d")],
    want: ["1:a", "b", "2:c", "1:d"],
    passedOver: 0,
  },
  {
    name: "the newest takes the place of the last that is too much, and others are not concerned",
    given: [
      ...count(linesMax).map((n) => line(1, String(n))),
      noted("b"),
      line(1, "new"),
      line(2, "c"),
      line(1, "newer"),
    ],
    want: [...count(linesMax - 1).map((n) => `1:${n}`), "1:newer", "b", "2:c"],
    passedOver: 2,
  },
  {
    name: "long lines are too much sooner, but one always waits",
    given: [line(1, "x".repeat(lineBytesMax + 1)), line(1, "new"), line(1, "y".repeat(lineBytesMax)), line(1, "z")],
    want: ["1:z"],
    passedOver: 3,
  },
  {
    name: "what is passed over of one host is not lost for another",
    given: [
      ...count(linesMax).map((n) => line(1, String(n))),
      lineAbout(1, "a", "a down"),
      lineAbout(1, "b", "b up"),
      lineAbout(1, "b", "b down"),
    ],
    want: [...count(linesMax - 1).map((n) => `1:${n}`), `1:${linesMax - 1}+a down+b down`],
    passedOver: 3,
  },
  {
    name: "in a crowd one of each waits",
    given: [...count(crowdedMax).map((n) => noted(String(n))), line(1, "a"), line(1, "b"), line(2, "c")],
    want: [...count(crowdedMax).map(String), "1:b", "2:c"],
    passedOver: 1,
  },
];

for (const { name, given, want, passedOver } of rows) {
  void test(name, () => {
    const queue = new EventQueue<Event>();
    for (const event of given) queue.push(event);
    assert.equal(queue.length, want.length);
    assert.deepEqual(drain(queue), want);
    assert.equal(queue.passedOverCount, passedOver);
    queue.push(line(1, "again"));
    queue.unshift(noted("first"));
    assert.deepEqual(drain(queue), ["first", "1:again"], "all is as at the beginning");
  });
}
