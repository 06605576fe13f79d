/**
 * What can go wrong with fence devices: that they prove nothing, W19, are ended too soon, W20, are never tried, W22, or give a
 * secret away, W15.
 */
import { isHeuristic } from "../fence-meaning.ts";
import { shownText } from "../words.ts";
import { sayDuration } from "../../base/duration.ts";
import type { Linted, Warning } from "./linted.ts";
import type { FenceDevice } from "../../core/configuration.ts";

/** Agents whose `status` says off of a host that may be on. The sentence goes on behind their name; HOST is the host. */
const doubtful: Readonly<Record<string, string>> = {
  fence_sbd: "says that HOST is off as soon as its message is on the disk: only the watchdog of HOST makes it true",
  fence_scsi: "keeps HOST from its storage, and HOST itself goes on: it may still have its address",
  fence_mpath: "keeps HOST from its storage, and HOST itself goes on: it may still have its address",
  fence_brocade: "keeps HOST from its storage, and HOST itself goes on: it may still have its address",
  fence_cisco_mds: "keeps HOST from its storage, and HOST itself goes on: it may still have its address",
  fence_sanbox2: "keeps HOST from its storage, and HOST itself goes on: it may still have its address",
  fence_ifmib: "keeps HOST from the network, and HOST itself goes on: it may still write to its disks",
  fence_dummy: "switches nothing off: it is there for trying things out",
};

export function* lintProofs({ meaning }: Linted): Iterable<Warning> {
  for (const { host, devices } of meaning.fences) {
    for (const { device, command } of devices) {
      const said = whyNoProof(device, host);
      if (said === null) continue;
      const span = command.words[0]?.span ?? command.span;
      yield { file: "actions", code: "W19", span, message: `${device.name} ${said.why}`, hint: said.hint };
    }
  }
}

/** Nothing after a fence runs unless the fence is proven, and one without `status` never is. */
function whyNoProof(device: FenceDevice, host: string): { readonly why: string; readonly hint: string } | null {
  const instead = "use an agent that has the action `status`, in its place or below it";
  if (isHeuristic(device.name))
    return { why: "switches nothing off: it only looks whether this host should fence", hint: instead };
  if (!device.canProve)
    return { why: `cannot say whether ${host} is off, and a fence that is not proven has failed`, hint: instead };
  const why = doubtful[device.name]?.replaceAll("HOST", host);
  return why === undefined ? null : { why, hint: "put a device that switches the power off above it" };
}

/** Seconds that agents wait of themselves before they have done anything. */
const waits = ["delay", "power_wait"];

export function* lintDelays({ meaning }: Linted): Iterable<Warning> {
  for (const { devices } of meaning.fences) {
    for (const { device, command } of devices) {
      const given = device.parameters.filter(([name]) => waits.includes(name));
      const waitMs = given.reduce((sum, [, seconds]) => sum + Number(seconds) * 1_000, 0);
      if (waitMs === 0 || waitMs < device.timeoutMs) continue;
      const names = given.map(([name]) => `\`${name}\``).join(" and ");
      const message = `${names} alone ${given.length === 1 ? "takes" : "take"} ${sayDuration(waitMs)}, and ${device.name} is ended after ${sayDuration(device.timeoutMs)}`;
      const span = command.words.find((word) => shownText(word).startsWith(`${given[0]?.[0]}=`))?.span ?? command.span;
      yield { file: "actions", code: "W20", span, message, hint: "give it more time: `{ timeout 2m }`" };
    }
  }
}

/** A person is waited for as long as it takes, and does not fail. */
export function* lintBehindPeople({ meaning }: Linted): Iterable<Warning> {
  for (const { host, devices } of meaning.fences) {
    const at = devices.findIndex(({ device }) => device.agent === null);
    const behind = at === -1 ? undefined : devices[at + 1];
    if (behind === undefined) continue;
    const { device, command } = behind;
    const message = `${device.name} is never tried: \`manual\` above it waits until somebody says that ${host} is off`;
    const span = command.words[0]?.span ?? command.span;
    yield { file: "actions", code: "W22", span, message, hint: "let `manual` stand last" };
  }
}

/** A password in a file that is read, printed, copied and kept under version control. */
export function* lintSecrets({ meaning }: Linted): Iterable<Warning> {
  for (const { devices } of meaning.fences) {
    for (const { command } of devices) {
      for (const word of command.words.slice(1)) {
        const [, name] = /^([A-Za-z0-9_]*(?:passw(?:or)?d|secret|token))=/.exec(shownText(word)) ?? [];
        if (name === undefined) continue;
        const message = `whoever can read this file can read this ${name}`;
        yield {
          file: "actions",
          code: "W15",
          span: { ...word.span, end: word.span.start + name.length },
          message,
          hint: `put it into a file that only the daemon can read: \`${name}_file=secrets/NAME\``,
        };
      }
    }
  }
}
