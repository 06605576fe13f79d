/** A line of a rule -> an action: a command, or a fence, with its options. */
import { readCondition, readHost, type ConditionContext } from "./condition-meaning.ts";
import { checkVariables, readCommand, splitCommand } from "./command-meaning.ts";
import { optionsAtEnd } from "./loose-options.ts";
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
  const options = readOptions(settings, { defaultTimeoutMs: isFence ? context.fencingMs : 30_000 }, context);
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
    const loose = host === undefined ? null : optionsAtEnd(command.words, ["fence action"]);
    context.complaints.add(
      "E508",
      wrong?.span ?? command.span,
      "`fence` wants one host",
      loose === null
        ? "write `fence %MASTER%`, or one line for each host"
        : `options stand in braces: \`{ ${loose.text} }\``,
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
  of: { readonly defaultTimeoutMs: number },
  context: RuleContext & ConditionContext,
): ActionOptions | null {
  const expect = readExpect(settings, context);
  const undo = readUndo(settings, context);
  if (expect === "broken" || undo === "broken") return null;
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

function readUndo(settings: Settings, context: RuleContext & ConditionContext): ActionOptions["undo"] | "broken" {
  const [first] = settings.undo ?? [];
  if (settings.undo === undefined || first === undefined) return null;
  const refuse = (code: "E105" | "E202" | "E304" | "E309", message: string, hint: string | null): "broken" => {
    context.complaints.add(code, first.span, message, hint);
    return "broken";
  };
  const split = splitCommand(settings.undo);
  switch (split.kind) {
    case "unclosed":
      return refuse("E105", "a quote inside of this command is not closed", null);
    case "braces":
      return refuse(
        "E202",
        "what `undo` runs has no options of its own",
        "quote the braces if they are part of a word",
      );
    case "split": {
      const [script] = split.words;
      if (script === undefined) return refuse("E304", "`undo` needs a command", 'such as `undo "unplumb %VIP%"`');
      if (plainText(script) === "fence")
        return refuse(
          "E309",
          "`undo` runs a script, and `fence` is none: switching a host off undoes nothing",
          "put it into `[on_failure]`",
        );
      return readCommand(split.words, settings, context) ?? "broken";
    }
  }
}

function readExpect(settings: Settings, context: ConditionContext): ActionOptions["expect"] | "broken" {
  if (settings.expect === undefined) return null;
  const condition = readCondition(settings.expect.condition, context);
  const withinMs = readDuration(settings.expect.within, { name: "within", minMs: 1 }, context.complaints);
  return condition === null || withinMs === null ? "broken" : { condition, withinMs };
}
