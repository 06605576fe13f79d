/** A line of a rule -> an action: a command, or a fence, with its options. */
import { readCondition, readHost, type ConditionContext } from "./condition-meaning.ts";
import { checkVariables, readCommand, splitCommand } from "./command-meaning.ts";
import { readDuration, type Settings, type SettingsContext } from "./setting-values.ts";
import { overlay, readSettings } from "./settings.ts";
import { lineOf } from "./source.ts";
import { templateOf } from "./template.ts";
import { plainText, soleVariable } from "./words.ts";
import type { Scope } from "./scope.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Command, Word } from "./tree.ts";
import type { Action, ActionOptions } from "../core/configuration.ts";

export interface RuleContext extends Omit<ConditionContext, "scope"> {
  readonly surroundings: Surroundings;
  readonly constants: Scope["constants"];
  readonly used: Set<string>;
  /** How long proving a host off may take with the devices that there are. */
  readonly fencingMs: number;
}

export function settingsContext({ complaints, scope, surroundings }: RuleContext & ConditionContext): SettingsContext {
  return { complaints, scope, userExists: (name) => surroundings.userExists(name) };
}

/** null: something in it has no meaning, which is told. `defaults`: what the rule sets for all its actions. */
export function readAction(
  command: Command,
  defaults: Settings,
  context: RuleContext & ConditionContext,
): Action | null {
  if (command.isBroken) return null;
  const [first] = command.words;
  const isFence = first !== undefined && plainText(first) === "fence";
  const owner = isFence ? "fence action" : "action";
  const what = isFence ? "`fence`" : "an action";
  const own = readSettings(command.options, { owners: [owner], isDefaults: false, what }, settingsContext(context));
  const { complaints } = context;
  if (isFence && own.settings.onFailure === "continue") complainOfContinue(command, context);
  const place = { file: complaints.source.name, line: lineOf(complaints.source, command.span.start) };
  const settings = overlay(defaults, own.settings);
  const options = readOptions(settings, { defaultTimeoutMs: isFence ? context.fencingMs : 30_000, command }, context);
  if (isFence) {
    const host = readFencedHost(command, context);
    return host === null || options === null ? null : { kind: "fence", host: templateOf(host), options, place };
  }
  const template = readCommand(command.words, settings, context);
  return template === null || options === null ? null : { kind: "command", command: template, options, place };
}

/** A rule's defaults may say so: that is for its other actions. */
function complainOfContinue({ options, span }: Command, { complaints }: RuleContext): void {
  const option = options.find((each) => each.kind === "plain" && plainText(each.name) === "on");
  const message = "nothing behind a `fence` runs unless the host is proven off, so it cannot `continue`";
  complaints.add("E309", option?.span ?? span, message, "leave it out, or leave the `fence` out");
}

function readFencedHost(command: Command, context: RuleContext & ConditionContext): Word | null {
  const [, host, extra] = command.words;
  const wrong = host === undefined ? command.words[0] : extra;
  if (host === undefined || wrong !== undefined) {
    context.complaints.add(
      "E508",
      wrong?.span ?? command.span,
      "`fence` wants one host",
      "write `fence %MASTER%`, or one line for each host",
    );
    return null;
  }
  if (soleVariable(host) === null && plainText(host) === "local") {
    return { segments: [{ kind: "variable", name: "LOCAL" }], span: host.span };
  }
  return checkVariables(host, context) && readHost(host, context) !== null ? host : null;
}

function readOptions(
  settings: Settings,
  of: { readonly defaultTimeoutMs: number; readonly command: Command },
  context: RuleContext & ConditionContext,
): ActionOptions | null {
  const { complaints } = context;
  const expect = readExpect(settings, context);
  let undo: ActionOptions["undo"] = null;
  if (settings.undo !== undefined) {
    const words = splitCommand(settings.undo);
    if (words === null || words.length === 0) {
      const span = settings.undo[0]?.span ?? of.command.span;
      complaints.add(
        "E105",
        span,
        words === null ? "a quote inside of this command is not closed" : "`undo` needs a command",
        null,
      );
      return null;
    }
    undo = readCommand(words, settings, context);
    if (undo === null) return null;
  }
  if (expect === "broken") return null;
  return {
    timeoutMs: settings.timeoutMs ?? of.defaultTimeoutMs,
    retries: settings.retries ?? 0,
    retryEveryMs: settings.everyMs ?? 1_000,
    onFailure: settings.onFailure ?? "stop",
    expect,
    isOnce: settings.isOnce ?? false,
    undo,
  };
}

function readExpect(settings: Settings, context: ConditionContext): ActionOptions["expect"] | "broken" {
  if (settings.expect === undefined) return null;
  const condition = readCondition(settings.expect.condition, context);
  const withinMs = readDuration(settings.expect.within, { name: "within", minMs: 1 }, context.complaints);
  return condition === null || withinMs === null ? "broken" : { condition, withinMs };
}
