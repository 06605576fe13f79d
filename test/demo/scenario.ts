/**
 * What the demo shows, in order: all is learned, the client writes, the master is killed, the other one takes over, and
 * everything that was acknowledged as replicated is there. Each step says what it expects; what does not come in time is a
 * `DemoFailure` with what was expected and what was seen instead.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { sayDuration } from "../../src/base/duration.ts";
import { askStatus, followHistory, type HistoryEntry } from "./daemon-view.ts";
import { askOnce, KvClient } from "./kv-client.ts";
import { bold, faint, green, sayCount } from "./paint.ts";
import { isRunning, sayEnd, type Program } from "./programs.ts";
import type { Stage } from "./stage.ts";
import { tellEntry, tellWriterEvent, Timeline } from "./timeline.ts";
import { Writer, type WriterEvent } from "./writer.ts";

export class DemoFailure extends Error {
  override readonly name = "DemoFailure";

  constructor(expected: string, seen: string) {
    super(`expected: ${expected}\n    seen: ${seen}`);
  }
}

/** A server answers a moment after it was started; a busy machine may need longer. */
const serversWithinMs = 10_000;
/** The daemon acts after 30 s even on checks that never reported, so it has learned by then in any case. */
const learnedWithinMs = 40_000;
/** A failover takes a fraction of a second; this is for a machine that is busy with something else. */
const servingWithinMs = 20_000;
/** The client writes for so long before the kill, and for so long after it is served again. */
const writeForMs = 1_500;
const afterwardsMs = 500;
const answerWithinMs = 2_000;

/** What is known while the scenario goes on, and what it is shown by. */
export interface Cast {
  readonly stage: Stage;
  readonly timeline: Timeline;
  readonly writer: Writer;
  readonly daemon: Program;
  readonly entries: HistoryEntry[];
  readonly writerEvents: WriterEvent[];
}

/** Starts the two servers, the daemon, and the client; resolves when the daemon has learned who is what. */
export async function begin(stage: Stage): Promise<Cast> {
  const [first, second] = stage.hosts;
  const servers = [stage.startServer("master", first), stage.startServer("slave", second)];
  for (const [index, { port }] of stage.hosts.entries()) {
    await until(`server ${index + 1} answers`, serversWithinMs, async () => {
      const answer = await askOnce(port, "ROLE", answerWithinMs);
      return answer.kind === "line" || answer.reason;
    });
  }
  servers.forEach(({ child }, index) => {
    const { host, port } = stage.hosts[index] ?? first;
    console.log(
      `  ${host}      key-value server on port ${port}, pid ${child.pid}, ${index === 0 ? "master" : "slave"}`,
    );
  });
  const startedAtMs = Date.now();
  const daemon = stage.startDaemon();
  const learned = `the daemon has learned that ${first.host} is master and ${second.host} is slave`;
  await until(learned, learnedWithinMs, async () => {
    if (!isRunning(daemon)) throw new DemoFailure(learned, `failoverd ${sayEnd(daemon)}`);
    const status = await askStatus(stage.failoverctl, (program) => stage.add(program));
    if (typeof status === "string") return status;
    const seen = status.hosts.map(({ host, status: word }) => `${host} ${word}`).join(", ");
    return (status.isLearned && seen === "host1 master, host2 slave") || `${seen}; learned: ${status.isLearned}`;
  });
  console.log(`  failoverd  pid ${daemon.child.pid}, has learned all within ${sayDuration(Date.now() - startedAtMs)}`);

  const entries: HistoryEntry[] = [];
  const writerEvents: WriterEvent[] = [];
  const timeline = new Timeline();
  let isShown = false;
  stage.add(
    followHistory(stage.failoverctl, (entry) => {
      entries.push(entry);
      if (!isShown) return;
      const moment = tellEntry(entry, (run) => countActions(entries, run));
      if (moment !== null) timeline.add(moment);
    }),
  );
  await until("the daemon's history is heard", learnedWithinMs, () => entries.length > 0 || "no entry");
  const writer = new Writer(stage.folder, (event) => {
    writerEvents.push(event);
    timeline.add(tellWriterEvent(event));
  });
  await sleep(writeForMs / 2);
  console.log(`  client     writes 1, 2, 3, … to the floating address, one at a time: ${sayWrites(writer)}`);
  await sleep(writeForMs / 2); // what the line before cost is not in the gap that is measured
  isShown = true;
  return { stage, timeline, writer, daemon, entries, writerEvents };
}

/** Kills the master and waits until a run has ended well and a write was acknowledged again. */
export async function failOver(cast: Cast, master: Program): Promise<void> {
  const { stage, timeline, daemon, entries, writerEvents } = cast;
  const seqBefore = entries.at(-1)?.seq ?? 0;
  const atMs = Date.now();
  master.child.kill("SIGKILL");
  timeline.begin({
    atMs,
    what: "killed",
    text: `kill -9 ${master.child.pid}: ${master.name}, the master`,
    mood: "bad",
  });
  await until(`a run that ends well, and a write that ${stage.hosts[1].host} acknowledges`, servingWithinMs, () => {
    if (!isRunning(daemon)) throw new DemoFailure("failoverd goes on running", `it ${sayEnd(daemon)}`);
    const end = entries.findLast((entry) => entry.kind === "run-end" && entry.seq > seqBefore);
    if (end?.kind === "run-end" && end.outcome !== "done") throw new DemoFailure("a run that ends well", end.sentence);
    const isServing = writerEvents.some((event) => event.kind === "serving" && event.host === stage.hosts[1].host);
    return (end !== undefined && isServing) || `run ended: ${end !== undefined}, client served: ${isServing}`;
  });
  await sleep(afterwardsMs);
}

/** Reads everything back from the new master. Says what it found; throws `DemoFailure` if anything is missing. */
export async function verify({ stage, writer }: Cast): Promise<void> {
  const [first, second] = stage.hosts;
  const acknowledged = [...writer.acknowledged];
  const byNew = acknowledged.filter(({ host }) => host === second.host);
  const replicated = acknowledged.filter(({ host, isReplicated }) => host === first.host && isReplicated);
  const alone = acknowledged.length - byNew.length - replicated.length;
  if (byNew.length === 0) throw new DemoFailure(`${second.host} takes writes`, "not one was acknowledged by it");
  if (replicated.length === 0) throw new DemoFailure(`${first.host} replicates writes`, "not one was replicated");
  const client = new KvClient(second.port);
  const missing: string[] = [];
  for (const { n } of [...replicated, ...byNew]) {
    const answer = await client.request(`GET write${n}`, answerWithinMs);
    const said = answer.kind === "line" ? answer.line : answer.reason;
    if (said !== `VALUE ${n}`) missing.push(`write ${n}: ${said}`);
  }
  client.close();
  if (missing.length > 0) {
    const seen = `${missing.length} are missing, the first is ${missing[0]}`;
    throw new DemoFailure(`every write that was acknowledged as replicated is on ${second.host}`, seen);
  }
  const gap = writer.longestGap();
  console.log(
    `\n  ${bold("longest gap in the client's writes")}   ${sayDuration(gap?.ms ?? 0)}, before write ${sayCount(gap?.n ?? 0)}`,
  );
  console.log(
    `  ${bold("nothing replicated was lost")}          ${green("all there:")} ${sayCount(replicated.length)} writes of ${first.host} ` +
      `and ${sayCount(byNew.length)} of ${second.host}, read back from ${second.host}`,
  );
  if (alone > 0) {
    console.log(faint(`  (${alone} were acknowledged by ${first.host} without a slave; the acknowledgement said so)`));
  }
}

function countActions(entries: readonly HistoryEntry[], run: number): number {
  const start = entries.findLast((entry) => entry.kind === "run-start" && entry.run === run);
  return start?.kind === "run-start" ? start.actions.length : 0;
}

function sayWrites({ acknowledged }: Writer): string {
  const alone = acknowledged.filter(({ isReplicated }) => !isReplicated).length;
  return `${sayCount(acknowledged.length)} so far, ${alone === 0 ? "all" : `all but ${alone}`} replicated`;
}

/** Looks again and again until `look` says true; otherwise it says what it saw, and that is told when the time is over. */
async function until(
  expected: string,
  withinMs: number,
  look: () => Promise<true | string> | true | string,
): Promise<void> {
  const endMs = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen === true) return;
    if (performance.now() > endMs) throw new DemoFailure(`${expected} (within ${sayDuration(withinMs)})`, seen);
    await sleep(20);
  }
}
