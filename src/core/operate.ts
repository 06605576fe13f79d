/** What operators say, and what they are answered. A refusal says why, and what would be accepted. */
import { sayDuration } from "../base/duration.ts";
import { hostsOf } from "./hosts.ts";
import { fenceByHand } from "./fence-by-hand.ts";
import { abandonRun, personFenced, resumeStep, startRun } from "./runs.ts";
import { noCause } from "./rules.ts";
import { sayAskedOfPerson } from "./run-text.ts";
import { reportedHostsMax, take } from "./schedule.ts";
import { rankOf } from "./status.ts";
import { note, progressOf, record, setRule, type Turn } from "./turn.ts";
import { bindVariables, missingVariable } from "./variables.ts";
import { checkKey, type Check } from "./configuration.ts";
import type { Event } from "./event.ts";
import type { Status } from "./result.ts";

type Asked = Extract<Event, { request: number }>;

export function operate(turn: Turn, event: Asked): void {
  turn.effects.push({ kind: "answer", request: event.request, ...answerTo(turn, event) });
}

interface Answer {
  readonly isAccepted: boolean;
  readonly sentence: string;
  /** The run that it has started. */
  readonly run: number | null;
}

const yes = (sentence: string, run: number | null = null): Answer => ({ isAccepted: true, sentence, run });
const no = (sentence: string): Answer => ({ isAccepted: false, sentence, run: null });

function answerTo(turn: Turn, event: Asked): Answer {
  switch (event.kind) {
    case "reported":
      return reported(turn, event);
    case "acknowledge":
      return acknowledge(turn, event.what);
    case "run-rule":
      return runRule(turn, event.rule);
    case "fence-host":
      return fenceHost(turn, event);
    case "resume":
    case "abandon":
      return continueRun(turn, event);
    case "maintenance-on": {
      const { scope, forMs, untilWallMs, reason } = event;
      if (!isKnownScope(turn, scope))
        return no(`there is no host, check or rule ${scope} that could be in maintenance`);
      const untilMs = forMs === null ? null : turn.nowMs + forMs;
      const others = turn.state.maintenance.filter((maintenance) => maintenance.scope !== scope);
      turn.state = { ...turn.state, maintenance: [...others, { scope, untilMs, untilWallMs, reason }] };
      const until = forMs === null ? "until it is switched off" : `for ${sayDuration(forMs)}`;
      const sentence = `maintenance of ${sayScope(scope)} ${until}${reason === "" ? "" : `: ${reason}`}; its rules are held`;
      record(turn, { kind: "maintenance-on", scope, untilWallMs, reason, sentence });
      return yes(sentence);
    }
    case "maintenance-off": {
      const sentence = endMaintenance(turn, event.scope);
      return sentence === null ? no(`there is no maintenance of ${sayScope(event.scope)}`) : yes(sentence);
    }
  }
}

function reported(turn: Turn, event: Extract<Event, { kind: "reported" }>): Answer {
  const named = turn.configuration.checks.filter((check) => check.name === event.check && check.run.kind === "passive");
  const check =
    named.find((other) => event.host === null || other.host === event.host) ??
    (named[0]?.dialect === "report" ? named[0] : undefined);
  if (check === undefined) {
    const isActive = turn.configuration.checks.some((other) => other.name === event.check);
    const where = event.host === null ? "" : ` on ${event.host}`;
    return no(
      isActive && named.length === 0
        ? `${event.check} is not passive: the daemon runs it itself`
        : `there is no passive check ${event.check}${where} in checks.conf`,
    );
  }
  if (event.host === null && named.length > 1) return no(`${event.check} is declared for several hosts: say for which`);
  const host = event.host ?? check.host;
  take(turn, check, [{ host, result: event.result }], turn.nowMs);
  return believed(turn, check, host, event.result.status);
}

/** What is made of a report: one that is not yet believed must not read as if it were. */
function believed(turn: Turn, check: Check, host: string, status: Status): Answer {
  const key = checkKey(check.name, host);
  const observation = turn.state.observations[key];
  if (observation === undefined)
    return no(`${check.name} reports on ${reportedHostsMax} hosts already: what it says of ${host} is dropped`);
  if (observation.source !== check.key) return no(`${key} is another check: the daemon runs it itself`);
  const { confirming, standing } = observation;
  if (confirming.length === 0) return yes(`${key}: ${standing.status}`);
  const needed = rankOf(status) > rankOf(standing.status) ? check.fall : check.rise;
  return yes(`${key}: ${status}, ${confirming.length} of ${needed}, still ${standing.status}`);
}

function acknowledge(turn: Turn, what: string): Answer {
  const fenced = /^fence (.+)$/.exec(what)?.[1];
  if (fenced !== undefined) {
    if (!personFenced(turn, fenced)) return no(`no run waits for a person to fence ${fenced}`);
    return yes(`${fenced} is taken for fenced: the run goes on`);
  }
  if (what === "journal") {
    if (turn.state.distrust === null) return no("the journal is in order: there is nothing to acknowledge");
    turn.state = { ...turn.state, distrust: null };
    return acknowledged(turn, what, "it acts again");
  }
  const { blocked, failure = null } = progressOf(turn, what);
  if (blocked === null && failure === null) {
    const isRule = turn.configuration.rules.some((rule) => rule.name === what);
    return no(isRule ? `${what} is not blocked` : `there is no rule ${what}`);
  }
  setRule(turn, what, { blocked: null, failure: null, runStartsMs: [], hold: null });
  return acknowledged(turn, what, whenItActsAgain(turn, what));
}

function acknowledged(turn: Turn, what: string, then: string): Answer {
  const sentence = `${what} is acknowledged: ${then}`;
  record(turn, { kind: "acknowledged", what, sentence });
  return yes(sentence);
}

/** A run that failed is made up for while the rule's `when` is true; what has been done is not done again. */
function whenItActsAgain(turn: Turn, name: string): string {
  const { hasFired, trueSinceMs } = progressOf(turn, name);
  if (hasFired) return `it has run for this, and acts again when its "when" was false in between`;
  return trueSinceMs === null
    ? "it acts again"
    : `it acts again, and at once if nothing else holds it: its "when" is true`;
}

function runRule(turn: Turn, name: string): Answer {
  const rule = turn.configuration.rules.find((other) => other.name === name);
  if (rule === undefined) return no(`there is no rule ${name}`);
  if (turn.state.distrust !== null) return no(turn.state.distrust);
  if (turn.state.run !== null)
    return no(`run ${turn.state.run.run} of ${turn.state.run.rule} is in progress: one run at a time`);
  const number = turn.state.nextRun;
  const missing = missingVariable(rule, bindVariables(turn, name, number, noCause));
  if (missing !== null) return no(`${name} cannot be run: ${missing}`);
  /** A `when` that is true now has been seen to by this. */
  if (rule.trigger.kind === "condition") setRule(turn, name, { hasFired: true });
  startRun(turn, rule, noCause, "by hand");
  return yes(`run ${number} of ${name} has started`, number);
}

function fenceHost(turn: Turn, { host, verb }: Extract<Event, { kind: "fence-host" }>): Answer {
  const { run, distrust } = turn.state;
  if (distrust !== null) return no(distrust);
  if (run !== null) return no(`run ${run.run} of ${run.rule} is in progress: one run at a time`);
  const begun = fenceByHand(turn, host, verb);
  return begun.kind === "begun" ? yes(begun.sentence, begun.run) : no(begun.sentence);
}

function continueRun(turn: Turn, event: Extract<Event, { kind: "resume" | "abandon" }>): Answer {
  const { run } = turn.state;
  if (run === null || run.run !== event.run)
    return no(`run ${event.run} is not in progress${run === null ? "" : `, run ${run.run} is`}`);
  if (event.kind === "abandon") {
    abandonRun(turn, run);
    return yes(`run ${run.run} of ${run.rule} is given up`);
  }
  const action = run.actions[run.at];
  if (run.phase.kind === "awaiting" && action?.kind === "fence")
    return no(`run ${run.run} is not resumed, it waits for a person: ${sayAskedOfPerson(run, action.host)}`);
  if (run.phase.kind !== "in-doubt") return no(`run ${run.run} does not wait for anybody`);
  const { left } = run.phase;
  if (left !== null)
    return no(
      `step ${run.at + 1} of run ${run.run} still runs, as pid ${left.launcher.pid}: wait for its end, or "failoverctl abandon ${run.run}" ends it`,
    );
  record(turn, {
    kind: "resumed",
    run: run.run,
    rule: run.rule,
    sentence: `${run.rule}, run ${run.run}: an operator resumes step ${run.at + 1}`,
  });
  resumeStep(turn, run, run.phase);
  return yes(`run ${run.run} of ${run.rule} goes on with step ${run.at + 1}`);
}

/** A scope that is misspelt would hold nothing, and nobody would know. */
function isKnownScope(turn: Turn, scope: string): boolean {
  const { checks, rules } = turn.configuration;
  return (
    scope === "*" ||
    Object.hasOwn(turn.state.observations, scope) ||
    hostsOf(turn).includes(scope) ||
    checks.some((check) => check.name === scope || check.key === scope) ||
    rules.some((rule) => rule.name === scope)
  );
}

/** A reload may take away what maintenance was of: the rule of another name is not held by it. */
export function sayIdleMaintenance(turn: Turn): void {
  for (const { scope } of turn.state.maintenance)
    if (!isKnownScope(turn, scope))
      note(turn, "reload", `maintenance of ${scope} holds nothing any more: no host, check or rule is called that now`);
}

/** Its sentence; null: there was none. */
export function endMaintenance(turn: Turn, scope: string): string | null {
  const rest = turn.state.maintenance.filter((maintenance) => maintenance.scope !== scope);
  if (rest.length === turn.state.maintenance.length) return null;
  turn.state = { ...turn.state, maintenance: rest };
  const sentence = `maintenance of ${sayScope(scope)} is over${sayOthers(turn)}`;
  record(turn, { kind: "maintenance-off", scope, sentence });
  return sentence;
}

/** Of more scopes that are in maintenance than this only the number is told: a sentence is a line. */
const scopesSaidMax = 3;

/** Whoever ends one maintenance and leaves another on is told so, or he waits for what cannot come. */
function sayOthers({ state, nowMs }: Turn): string {
  const others = state.maintenance.filter(({ untilMs }) => untilMs === null || untilMs > nowMs);
  if (others.length === 0) return "";
  const said = others.slice(0, scopesSaidMax).map(({ scope, untilMs }) => {
    const until = untilMs === null ? "until it is switched off" : `for another ${sayDuration(untilMs - nowMs)}`;
    return `${sayScope(scope)} is in maintenance ${until}`;
  });
  const more = others.length > said.length ? `, and ${others.length - said.length} more` : "";
  return `; ${said.join(", ")}${more}`;
}

/** As sentences name it. */
function sayScope(scope: string): string {
  return scope === "*" ? "everything" : scope;
}
