/**
 * 12: A dead daemon never reads as a healthy one: a living one's heartbeat is young, its table not much older, and what is
 * left of a dead one shows how long that is ago.
 */
import { ageStatus } from "../../../src/cli/last-known.ts";
import { isObject } from "../../../src/base/shape.ts";
import { decodeTable } from "../../../src/store/table-format.ts";
import { heartbeatMs } from "../../../src/supervisor/loop.ts";
import { tableEveryMs } from "../../../src/supervisor/memory.ts";
import type { InvariantKind, Scene } from "../scene.ts";

/** Timers come a little late. */
const slackMs = 100;

export const heartbeat: InvariantKind = {
  number: 12,
  title: "a dead daemon never reads as a healthy one",
  watch: (scene) => {
    /** Null: one lives, or none does and it cannot be said since when. */
    let diedAtMs: number | null = null;
    /** Since when nothing has kept it from running and writing. */
    let wellSinceMs = Infinity;
    /** It was told to stop: it thinks no more, and only tells what waits, for a few seconds. Its heartbeat stands, and that is the truth. */
    let isStopping = false;
    return (happening) => {
      switch (happening.kind) {
        case "daemon-died":
          diedAtMs = happening.how === "power" ? null : scene.machine.nowMs();
          wellSinceMs = Infinity;
          return null;
        case "daemon-started":
          diedAtMs = null;
          isStopping = false;
          wellSinceMs = scene.machine.nowMs();
          return null;
        case "resumed":
        case "mended":
          wellSinceMs = scene.machine.nowMs();
          return null;
        case "look": {
          const { diskSlow, diskFails, isDiskFull } = scene.trouble;
          const isJustAwake = scene.agenda.nowMs - scene.machine.runsSinceMs < slackMs;
          if (diskSlow > 0 || diskFails > 0 || isDiskFull || isJustAwake) wellSinceMs = scene.machine.nowMs();
          if (diedAtMs !== null) return scene.machine.life === 0 ? lookAtDead(scene, diedAtMs) : null;
          if (isStopping || scene.supervisor() === null || scene.machine.nowMs() - wellSinceMs < 3 * tableEveryMs)
            return null;
          return lookAtLiving(scene);
        }
        case "entry":
          if (happening.entry.kind === "daemon-stop") isStopping = true;
          return null;
        case "turn":
        case "said":
        case "step-started":
        case "step-really-ended":
        case "asks":
        case "asked":
        case "end":
          return null;
      }
    };
  },
};

function lookAtLiving(scene: Scene): string | null {
  const ageMs = scene.supervisor()?.status().daemon.heartbeatAgeMs ?? 0;
  if (ageMs > heartbeatMs + slackMs) return `the daemon's heartbeat is ${ageMs} ms old, and it lives`;
  const table = readTable(scene);
  if (table === null || table.bootId !== scene.machine.bootId) return "a living daemon has no state table";
  const tableAgeMs = scene.machine.nowMs() - table.savedAtMs;
  if (tableAgeMs <= tableEveryMs + heartbeatMs + slackMs) return null;
  return `the table is ${tableAgeMs} ms old, and the daemon lives`;
}

function lookAtDead(scene: Scene, diedAtMs: number): string | null {
  const table = readTable(scene);
  if (table === null || table.bootId !== scene.machine.bootId) return null;
  if (table.savedAtMs > diedAtMs) return `the table says ${table.savedAtMs}, and the daemon died at ${diedAtMs}`;
  const deadMs = scene.machine.nowMs() - diedAtMs;
  const shown = ageStatus(table.status, Math.round(scene.machine.nowMs() - table.savedAtMs));
  const daemon = isObject(shown) ? shown["daemon"] : null;
  if (!isObject(daemon) || daemon["running"] !== false) return "a dead daemon reads as running";
  const ageMs = daemon["heartbeatAgeMs"];
  return typeof ageMs === "number" && ageMs >= deadMs - 1
    ? null
    : `a daemon dead for ${deadMs} ms shows a heartbeat of ${String(ageMs)} ms`;
}

function readTable(scene: Scene) {
  const bytes = scene.disk.peek(`${scene.folder}/table.json`);
  const decoded = bytes === null ? null : decodeTable(bytes);
  return decoded?.kind === "table" ? decoded.table : null;
}
