/**
 * What can go wrong with fence devices: that they prove nothing, W19, are ended too soon, W20, are never tried, W22, or give a
 * secret away, W15.
 */
import { whatItLooksAt } from "../fence-meaning.ts";
import { shownText } from "../words.ts";
import { sayDuration } from "../../base/duration.ts";
import type { Linted, Warning } from "./linted.ts";
import type { FenceDevice } from "../../core/configuration.ts";

const cutsFromStorage = "keeps HOST from its storage, and HOST itself goes on: it may still have its address";
const cutsFromNetwork = "keeps HOST from the network, and HOST itself goes on: it may still write to its disks";
const keepsBooks = "only tells OpenStack that HOST is lost, and to start its guests elsewhere: HOST itself goes on";

/** Agents whose `status` says off of a host that may be on. The sentence goes on behind their name; HOST is the host. */
const doubtful: Readonly<Record<string, string>> = {
  fence_sbd: "says that HOST is off as soon as its message is on the disk: only the watchdog of HOST makes it true",
  fence_scsi: cutsFromStorage,
  fence_mpath: cutsFromStorage,
  fence_brocade: cutsFromStorage,
  fence_cisco_mds: cutsFromStorage,
  fence_sanbox2: cutsFromStorage,
  fence_ifmib: cutsFromNetwork,
  fence_compute: keepsBooks,
  fence_evacuate: keepsBooks,
  fence_ibmz: "says off in every state but one, also of HOST degraded: it may still run",
  fence_skalar: "says off also of what it cannot see or could not start: HOST may still run",
  fence_dummy: "switches nothing off: it is there for trying things out",
};

/** Switches that make an agent say off of a host that may be on, in the agents' newer spelling. */
const doubtfulWith: Readonly<Record<string, string>> = {
  network_fencing: cutsFromNetwork,
  missing_as_off: "says off of a host that it does not know, of a misspelt one, say",
};

/** Each switches an outlet. A host with two power supplies is off when both of its outlets are. */
const outlets: ReadonlySet<string> = new Set(
  "apc apc_snmp cdu cyberpower_ssh eaton_snmp emerson eps ipdu lindypdu netio raritan raritan_px3 tripplite_snmp wti"
    .split(" ")
    .map((kind) => `fence_${kind}`),
);

export function* lintProofs({ meaning }: Linted): Iterable<Warning> {
  for (const { host, devices } of meaning.fences) {
    for (const [at, { device, command }] of devices.entries()) {
      const below = devices.slice(at + 1).map((each) => each.device);
      const said = whyNoProof(device, host) ?? whyHalfAProof(device, below, host);
      if (said === null) continue;
      const span = command.words[0]?.span ?? command.span;
      yield { file: "actions", code: "W19", span, message: `${device.name} ${said.why}`, hint: said.hint };
    }
  }
}

interface Doubt {
  readonly why: string;
  readonly hint: string;
}

/** Nothing after a fence runs unless the fence is proven, and one without `status` never is. */
function whyNoProof(device: FenceDevice, host: string): Doubt | null {
  const instead = "use an agent that has the action `status`, in its place or below it";
  const looksAt = whatItLooksAt(device.name);
  if (looksAt !== null)
    return { why: `switches nothing off: it only looks whether ${looksAt.replaceAll("HOST", host)}`, hint: instead };
  if (!device.canProve)
    return { why: `cannot say whether ${host} is off, and a fence that is not proven has failed`, hint: instead };
  const of = doubtful[device.name];
  if (of !== undefined)
    return { why: of.replaceAll("HOST", host), hint: "put a device that switches the power off above it" };
  for (const [name, value] of device.parameters) {
    const why = doubtfulWith[name.replaceAll("-", "_")]?.replaceAll("HOST", host);
    if (why !== undefined && /^(1|yes|on|true)$/i.test(value))
      return { why: `with \`${name}\` ${why}`, hint: `leave \`${name}\` out` };
  }
  return null;
}

/** Devices are alternatives: when the first outlet is off, the second one is left on. */
function whyHalfAProof(device: FenceDevice, below: readonly FenceDevice[], host: string): Doubt | null {
  const other = below.find(({ name }) => outlets.has(name));
  if (!outlets.has(device.name) || other === undefined || isSameOutlet(device, other)) return null;
  return {
    why: `is believed when its outlet is off, and that of ${other.name} below stays on: with two power supplies ${host} runs on`,
    hint: `name one device that switches ${host} itself off, its management controller, or a script of yours that says off when both outlets are`,
  };
}

/** One outlet, reached in two ways. */
function isSameOutlet(one: FenceDevice, other: FenceDevice): boolean {
  const placeOf = ({ parameters }: FenceDevice): string =>
    JSON.stringify(sameOutlet.map((names) => parameters.find(([name]) => names.includes(name))?.[1]));
  return placeOf(one) === placeOf(other);
}

/** Newer and older names. */
const sameOutlet: readonly (readonly string[])[] = [
  ["ip", "ipaddr"],
  ["plug", "port"],
];

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
