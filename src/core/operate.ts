/** What operators say, and what they are answered. A refusal says why, and what would be accepted. */
import { sayDuration } from "../base/duration.ts";
import { hostsOf } from "./hosts.ts";
import { fenceByHand } from "./fence-by-hand.ts";
import { abandonRun, personFenced, resumeStep, startRun } from "./runs.ts";
import { noCause } from "./rules.ts";
import { take } from "./schedule.ts";
import { record, setRule, type Turn } from "./turn.ts";
import { bindVariables, missingVariable } from "./variables.ts";
import type { Event } from "./event.ts";

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
    case "maintenance-off":
      return endMaintenance(turn, event.scope)
        ? yes(`maintenance of ${sayScope(event.scope)} is over`)
        : no(`there is no maintenance of ${sayScope(event.scope)}`);
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
  take(turn, check, [{ host: event.host ?? check.host, result: event.result }], turn.nowMs);
  return yes(`${check.key}: ${event.result.status}`);
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
  } else if ((turn.state.rules[what]?.blocked ?? null) !== null) {
    setRule(turn, what, { blocked: null, runStartsMs: [], hold: null });
  } else {
    const isRule = turn.configuration.rules.some((rule) => rule.name === what);
    return no(isRule ? `${what} is not blocked` : `there is no rule ${what}`);
  }
  const sentence = `${what} is acknowledged: it acts again`;
  record(turn, { kind: "acknowledged", what, sentence });
  return yes(sentence);
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
  if (run.phase.kind !== "in-doubt") return no(`run ${run.run} does not wait for anybody`);
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
    turn.state.observations[scope] !== undefined ||
    hostsOf(turn).includes(scope) ||
    checks.some((check) => check.name === scope || check.key === scope) ||
    rules.some((rule) => rule.name === scope)
  );
}

/** False if there was none. */
export function endMaintenance(turn: Turn, scope: string): boolean {
  const rest = turn.state.maintenance.filter((maintenance) => maintenance.scope !== scope);
  if (rest.length === turn.state.maintenance.length) return false;
  turn.state = { ...turn.state, maintenance: rest };
  record(turn, {
    kind: "maintenance-off",
    scope,
    sentence: `maintenance of ${sayScope(scope)} is over`,
  });
  return true;
}

/** As sentences name it. */
function sayScope(scope: string): string {
  return scope === "*" ? "everything" : scope;
}
