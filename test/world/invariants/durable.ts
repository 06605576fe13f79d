/**
 * 1: No step starts before its record is durable. What was durable once is there again after any crash; and that it cannot
 * remember a daemon says only of a disk that is bad.
 */
import { isStartDurable } from "../journal-truth.ts";
import type { InvariantKind } from "../scene.ts";

export const durable: InvariantKind = {
  number: 1,
  title: "no step starts before its record is durable",
  watch: (scene) => {
    let durableSeq = 0;
    let isForgetful = false;
    /** Its disk was bad when it last wrote, or has been since. */
    let wasDiskBad = false;
    return (happening) => {
      switch (happening.kind) {
        case "entry": {
          const { entry, isDurable } = happening;
          if (entry.seq !== scene.ledger.lastSeq + 1 && !isForgetful && scene.ledger.lastSeq > 0)
            return `entry ${entry.seq} follows entry ${scene.ledger.lastSeq}`;
          isForgetful = false;
          const isDiskBad = scene.trouble.diskFails > 0 || scene.trouble.isDiskFull;
          if (!isDurable && !isDiskBad && !wasDiskBad)
            return `entry ${entry.seq} is not remembered, on a disk that is well`;
          if (isDurable) wasDiskBad = isDiskBad;
          if (isDurable) durableSeq = entry.seq;
          return null;
        }
        case "step-started": {
          const { run, name } = happening.key;
          if (scene.ledger.isBehind || isStartDurable(scene.disk, scene.folder, run, name)) return null;
          return `step ${name} of run ${run} has started, and its record is not durable`;
        }
        case "daemon-started": {
          const { lastSeq } = scene.ledger;
          isForgetful = happening.isAmnesiac;
          if (!happening.isAmnesiac && lastSeq < durableSeq)
            return `entries up to ${durableSeq} were durable, and after the crash only those up to ${lastSeq} are there`;
          durableSeq = lastSeq;
          return null;
        }
        case "mended":
          wasDiskBad = true;
          return null;
        case "turn":
        case "said":
        case "step-really-ended":
        case "daemon-died":
        case "resumed":
        case "asks":
        case "asked":
        case "look":
        case "end":
          return null;
      }
    };
  },
};
