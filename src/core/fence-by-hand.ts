/**
 * `failoverctl fence HOST`: a person has a host switched off and proven so, without a rule. It is a run as any other, in the
 * journal and one at a time, under the name `fence HOST`, which no rule can have. What holds rules back does not hold it.
 *
 * `fence HOST status` asks each device that can be asked, one step each: what one of them does not say is no failure of the
 * others, and triggers nothing.
 */
import { noCause } from "./rules.ts";
import { beginRun } from "./runs.ts";
import type { FenceDevice, Place } from "./configuration.ts";
import type { BoundAction, BoundOptions } from "./run.ts";
import type { Turn } from "./turn.ts";

export type Begun =
  | { readonly kind: "begun"; readonly run: number; readonly sentence: string }
  | { readonly kind: "refused"; readonly sentence: string };

/** Nothing else may be in progress, and the journal must be trusted. */
export function fenceByHand(turn: Turn, host: string, verb: "off" | "status"): Begun {
  const devices = turn.configuration.fences.find((fence) => fence.host === host)?.devices ?? [];
  if (devices.length === 0) return refused(`there is no [fence ${host}] in actions.conf`);
  const asked = verb === "off" ? devices : devices.filter(canBeAsked);
  const namesOf = (some: readonly FenceDevice[]): string => some.map(({ name }) => name).join(", ");
  const [first] = asked;
  if (first === undefined) return refused(`no device of ${host} can say whether it is off: ${namesOf(devices)}`);
  const actions =
    verb === "off"
      ? [bind(host, verb, asked, first.place)]
      : asked.map((device) => bind(host, verb, [device], device.place));
  const rule = verb === "off" ? `fence ${host}` : `fence ${host} status`;
  const what = verb === "off" ? `to be switched off and proven off by ${namesOf(asked)}` : `asked of ${namesOf(asked)}`;
  const run = turn.state.nextRun;
  const variables = { HOST: host, LOCAL: turn.configuration.localHost, RULE: rule, RUN: String(run) };
  const begun = { rule, cause: { ...noCause, host }, variables, actions, hasLimit: false, failure: null };
  beginRun(turn, begun, `${rule}, by hand: ${what}`);
  return { kind: "begun", run, sentence: `run ${run} of ${rule} has started` };
}

function refused(sentence: string): Begun {
  return { kind: "refused", sentence };
}

/** A person cannot, and neither can an agent without `status`. */
function canBeAsked({ agent, canProve }: FenceDevice): boolean {
  return agent !== null && canProve;
}

function bind(host: string, verb: "off" | "status", devices: readonly FenceDevice[], place: Place): BoundAction {
  const timeoutMs = devices.reduce((sum, device) => sum + device.timeoutMs * (device.retries + 1), 0);
  const options: BoundOptions = {
    timeoutMs,
    retries: 0,
    retryEveryMs: 0,
    onFailure: verb === "off" ? "stop" : "continue",
    expect: null,
    isOnce: false,
    undo: null,
  };
  return { kind: "fence", verb, host, devices, options, place };
}
