/** Declared checks -> checks as the core knows them: defaults filled in, scripts found, every check named once. */
import { checkKey, type Check, type CheckProgram } from "../core/configuration.ts";
import { sayDuration } from "../base/duration.ts";
import { dialectOf, type DeclaredCheck, type Declarations } from "./declarations.ts";
import { isOcf, readAgentCall, splitParameter } from "./ocf.ts";
import { refuseFirstWord, refuseScript } from "./scripts.ts";
import { isName } from "../core/host-name.ts";
import { lineOf } from "./source.ts";
import type { Complaints } from "./complaints.ts";
import { overlay } from "./settings.ts";
import type { Settings } from "./setting-values.ts";
import type { Surroundings } from "./surroundings.ts";

const defaultEveryMs = 5_000;
/** A check that needs longer than this has to say so. */
const defaultTimeoutMaxMs = 60_000;
const residentStaleMs = 30_000;
const passiveStaleMs = 300_000;

/** Checks whose lines have mistakes are left out; the mistakes are told. */
export function readChecks(
  declarations: Declarations,
  surroundings: Surroundings,
  complaints: Complaints,
): readonly { readonly check: Check; readonly declared: DeclaredCheck }[] {
  const seen = new Map<string, DeclaredCheck>();
  const read: { check: Check; declared: DeclaredCheck }[] = [];
  for (const declared of declarations.checks) {
    if (declared.isWhole && isName(declared.name)) complainOfNames(declared, seen, declarations, complaints);
    if (declared.command.isBroken) continue;
    const check = readCheck(declared, declarations, surroundings, complaints);
    if (check !== null) read.push({ check, declared });
  }
  return read;
}

function complainOfNames(
  declared: DeclaredCheck,
  seen: Map<string, DeclaredCheck>,
  declarations: Declarations,
  complaints: Complaints,
): void {
  const { name, host, command } = declared;
  const span = command.words[0]?.span ?? command.span;
  const key = checkKey(name, host);
  const first = seen.get(key);
  if (first !== undefined) {
    const line = lineOf(complaints.source, first.command.span.start);
    complaints.add(
      "E402",
      span,
      `there is already a check ${name} on ${host}, in line ${line}`,
      `give this one another name: \`{ as NAME }\``,
    );
    return;
  }
  seen.set(key, declared);
  if (name === "local") {
    const message = "`local` is this host's name everywhere, so no condition could mean a check of that name";
    complaints.add("E406", span, message, "give the check another name: `{ as NAME }`");
  } else if (declarations.hostNames.has(name)) {
    complaints.add(
      "E406",
      span,
      `\`${name}\` is the name of a host and of a check, so a condition could mean either`,
      "give the check another name: `{ as NAME }`",
    );
  }
}

function readCheck(
  declared: DeclaredCheck,
  declarations: Declarations,
  surroundings: Surroundings,
  complaints: Complaints,
): Check | null {
  const { name, host, own, defaults, command, kind } = declared;
  const settings = overlay(defaults.settings, own.settings);
  const key = checkKey(name, host);
  const everyMs = settings.everyMs ?? defaultEveryMs;
  const timeoutMs = settings.timeoutMs ?? Math.min(everyMs, defaultTimeoutMaxMs);
  const staleAfterMs = settings.staleMs ?? defaultStaleMs(kind, everyMs, timeoutMs);
  if (kind === "scheduled" && staleAfterMs <= everyMs && own.isWhole && defaults.isWhole) {
    const span = own.spans.get("stale") ?? command.span;
    const message = `a result would be stale after ${sayDuration(staleAfterMs)}, before the next one comes (every ${sayDuration(everyMs)})`;
    complaints.add("E405", span, message, "make `stale` at least twice as long as `every`");
  }
  const hostCount = declarations.hosts.length;
  const read = readRun(declared, { settings, everyMs, timeoutMs, hostCount }, surroundings, complaints);
  if (read === null) return null;
  return {
    key,
    name,
    host,
    place: { file: complaints.source.name, line: lineOf(complaints.source, command.span.start) },
    run: read.run,
    dialect: dialectOf(declared),
    isPromotable: read.isPromotable && dialectOf(declared) === "ocf",
    rise: settings.rise ?? 1,
    fall: settings.fall ?? 3,
    staleAfterMs,
    isAdvisory: settings.isAdvisory ?? false,
  };
}

function defaultStaleMs(kind: DeclaredCheck["kind"], everyMs: number, timeoutMs: number): number {
  switch (kind) {
    case "scheduled":
      return 3 * everyMs + timeoutMs;
    case "resident":
      return residentStaleMs;
    case "passive":
      return passiveStaleMs;
  }
}

interface Given {
  readonly settings: Settings;
  readonly everyMs: number;
  readonly timeoutMs: number;
  readonly hostCount: number;
}

function readRun(
  declared: DeclaredCheck,
  given: Given,
  surroundings: Surroundings,
  complaints: Complaints,
): Pick<Check, "run" | "isPromotable"> | null {
  if (declared.kind === "passive") {
    const [, extra] = declared.command.words;
    complainOfName(declared, complaints);
    if (extra === undefined) return { run: { kind: "passive" }, isPromotable: false };
    complaints.add(
      "E404",
      extra.span,
      "a passive check is a name only: others report it, so nothing is run here",
      "to run a script, put it into `[local]`",
    );
    return null;
  }
  const read = readProgram(declared, given, surroundings, complaints);
  if (read === null) return null;
  const { program, isPromotable } = read;
  if (declared.kind === "resident") return { run: { kind: "resident", program }, isPromotable };
  const { settings, everyMs, timeoutMs } = given;
  const run = { kind: "scheduled", program, everyMs, retryMs: settings.retryMs ?? everyMs, timeoutMs } as const;
  return { run, isPromotable };
}

/** A name that nobody gave, but the script's own. */
function complainOfName({ name, own, command }: DeclaredCheck, complaints: Complaints): void {
  const [first] = command.words;
  if (own.settings.as !== undefined || own.spans.has("as") || first === undefined || isName(name)) return;
  const message = `\`${name}\` cannot be the name of a check: letters, digits and \`. _ : -\` make a name`;
  complaints.add("E313", first.span, message, "give it one: `{ as NAME }`");
}

function readProgram(
  declared: DeclaredCheck,
  { settings, everyMs, timeoutMs, hostCount }: Given,
  surroundings: Surroundings,
  complaints: Complaints,
): { readonly program: CheckProgram; readonly isPromotable: boolean } | null {
  const { words, command } = declared;
  const [script, ...rest] = words ?? [];
  const [scriptWord] = command.words;
  if (script === undefined || scriptWord === undefined) return null;
  const hint =
    "options of a check stand in braces: `{ every 5s }`, behind it or for the section on a line of their own";
  if (refuseFirstWord(command.words, hint, complaints)) return null;
  const user = settings.user ?? null;
  const found = surroundings.findScript("checks", script, user);
  if (found.kind === "refused") {
    refuseScript(
      found,
      { script, folder: "checks", words: command.words, span: scriptWord.span },
      surroundings,
      complaints,
    );
    return null;
  }
  complainOfName(declared, complaints);
  const env = settings.env ?? {};
  /** A script that answers as agents do, and says nothing of itself, may answer that it is master. */
  if (!isOcf(script)) return { program: { argv: [found.path, ...rest], env, user }, isPromotable: true };
  const agent = readAgentCall(
    {
      agent: script,
      span: scriptWord.span,
      path: found.path,
      action: "monitor",
      actionSpan: scriptWord.span,
      parameters: rest.map((text, at) => splitParameter(text, command.words[at + 1]?.span ?? command.span)),
      timeoutMs,
      everyMs,
      hostCount,
      env,
    },
    surroundings,
    complaints,
  );
  if (agent === null) return null;
  const program = { argv: [found.path, "monitor"], env: { OCF_RESOURCE_INSTANCE: declared.name, ...agent.env }, user };
  return { program, isPromotable: agent.isPromotable };
}
