/**
 * `npm run demo`: failoverd, as it ships, fails over two real servers, and a real client shows what that costs.
 *
 *     node demo.js [--keep]      exit 0: the new master took a write and nothing replicated was lost; 1: not so; 130: Ctrl-C before that was known
 *
 * With `--keep` everything stays up, for trying failoverctl, until Ctrl-C. In every case nothing is left behind: no process, no file.
 */
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { KvHost } from "./hosts.ts";
import { readOptions, refuseWords } from "../options.ts";
import { repositoryRoot } from "../root.ts";
import { bold, faint, green, red } from "./paint.ts";
import { begin, DemoFailure, failOver, verify, type Cast } from "./scenario.ts";
import { Stage } from "./stage.ts";

/** With `--keep`, a server that was killed is back after this long: after the failover, and before anybody wonders. */
const restartAfterMs = 2_000;

const logLinesMax = 20;

const usage = `usage: npm run demo -- [--keep]
  --keep   leave everything running afterwards, to play with, until Ctrl-C`;

async function show(stage: Stage): Promise<Cast> {
  console.log(`${bold("failoverd demo")}  ${faint(stage.folder)}\n`);
  for (const file of ["checks.conf", "actions.conf"]) showFile(join(stage.root, "conf", file), file);
  console.log(
    faint(`  The floating address is a file of one line, ${stage.folder}/address: clients read it when they`),
  );
  console.log(
    faint("  connect, release_address and take_address change it. So the demo needs no root, and no network.\n"),
  );
  const cast = await begin(stage);
  await failOver(cast, stage.programNamed(stage.hosts[0].host));
  cast.timeline.flush();
  await verify(cast);
  return cast;
}

function showFile(path: string, name: string): void {
  console.log(`  ${bold(name)}`);
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  console.log(`${lines.map((line) => `      ${line}`).join("\n")}\n`);
}

/** Leaves everything up, and starts a server that somebody kills again, as slave. Goes on until the stage is taken down. */
async function keep(cast: Cast): Promise<void> {
  const { stage } = cast;
  const { failoverctl, folder } = stage;
  console.log(`
  ${bold("All is left running. In another terminal:")}

    ${failoverctl} status
    ${failoverctl} watch
    ${failoverctl} history
    ${failoverctl} explain master_to_critical
    ${failoverctl} run --dry-run master_to_critical
    ${failoverctl} maintenance on --for 5m --reason "trying it out"
    kill -9 $(cat ${folder}/host2.pid)     ${faint("# the new master: it fails over back")}
    cat ${folder}/address

  A server that is killed is started again after ${restartAfterMs / 1_000} s, as slave. What happens is shown here.
  ${bold("Ctrl-C ends everything and removes the folder.")}`);
  await Promise.all(stage.hosts.map((host) => keepUp(cast, host)));
}

async function keepUp({ stage, timeline }: Cast, host: KvHost): Promise<void> {
  for (;;) {
    const { child } = stage.programNamed(host.host);
    if (child.exitCode === null && child.signalCode === null) {
      await once(child, "exit");
      if (stage.isEnding) return;
      timeline.begin({
        atMs: Date.now(),
        what: "killed",
        text: `the server of ${host.host}, pid ${child.pid}`,
        mood: "bad",
      });
    }
    await sleep(restartAfterMs);
    const { pid } = stage.startServer("slave", host).child;
    timeline.add({ atMs: Date.now(), what: "started", text: `${host.host} again, as slave, pid ${pid}`, mood: "good" });
  }
}

/** Resolves with the exit code when the demo shall end early: a signal, a closed pipe behind our output, or a mistake of ours. */
function interrupted(): Promise<number> {
  return new Promise((resolve) => {
    for (const [signal, code] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
      ["SIGHUP", 129],
    ] as const) {
      process.on(signal, () => resolve(code));
    }
    process.stdout.on("error", () => resolve(141));
    process.on("uncaughtException", (error) => {
      console.error(error);
      resolve(1);
    });
  });
}

/** Shows the whole of it. Answers the exit code, or, if all went well, what still goes on. */
async function play(stage: Stage): Promise<1 | Cast> {
  try {
    return await show(stage);
  } catch (error) {
    if (stage.isEnding) return 1; // it failed because it is being taken down
    const reason = error instanceof DemoFailure ? error.message : error instanceof Error ? error.stack : String(error);
    console.error(`\n  ${red("The demo failed.")}\n  ${reason}\n\n  The last that failoverd said:`);
    for (const line of stage.logTail("failoverd", logLinesMax)) console.error(`    ${line}`);
    return 1;
  }
}

async function main(): Promise<number> {
  const { values, positionals } = readOptions(usage, { keep: { type: "boolean", default: false } });
  refuseWords(positionals);
  if (!existsSync(join(repositoryRoot, "dist/bin/failoverd"))) {
    console.error("demo: dist/bin/failoverd is not there; npm run build makes it");
    return 1;
  }
  const stopped = interrupted();
  const stage = await Stage.build();
  const end = await Promise.race([play(stage), stopped]);
  const isWell = typeof end !== "number";
  if (isWell && values.keep) await Promise.race([keep(end), stopped]);
  if (isWell) end.timeline.end();
  await stage.takeDown();
  if (isWell) console.log(`\n  ${green("Done.")} Nothing is left running, ${stage.folder} is removed.`);
  return isWell ? 0 : end;
}

process.exit(await main());
