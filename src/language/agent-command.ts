/**
 * `ocf:PROVIDER:TYPE ACTION name=value …` as an action. An agent keeps what it remembers under the name of its instance, so
 * an action has to use the one of the check that watches the same service, or neither would see what the other did.
 */
import { readAgentCall, splitParameter, splitTemplate, type AgentParameter } from "./ocf.ts";
import { overlay } from "./settings.ts";
import { templateOf, templateWithConstants } from "./template.ts";
import { plainText } from "./words.ts";
import type { Complaints } from "./complaints.ts";
import type { DeclaredCheck, Declarations } from "./declarations.ts";
import type { Scope } from "./scope.ts";
import type { Settings } from "./setting-values.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Word } from "./tree.ts";
import type { CommandTemplate, Template } from "../core/configuration.ts";

export interface CommandContext {
  readonly scope: Scope;
  readonly surroundings: Surroundings;
  readonly declarations: Declarations;
  readonly complaints: Complaints;
}

/** `words`: the agent, its action, its parameters; variables are known to have values. null: a mistake, which is told. */
export function readAgentCommand(
  words: readonly [Word, ...(readonly Word[])],
  of: {
    readonly script: string;
    readonly path: string;
    readonly settings: Pick<Settings, "env" | "user" | "timeoutMs">;
  },
  context: CommandContext,
): CommandTemplate | null {
  const { complaints, surroundings, declarations, scope } = context;
  const { script, path, settings } = of;
  const [scriptWord, actionWord, ...rest] = words;
  const action = actionWord === undefined ? null : plainText(actionWord);
  if (actionWord === undefined || action === null || action.includes("=")) {
    const message =
      "a resource agent needs an action first, such as `start`, `stop`, `promote`, `demote`, `notify` or `monitor`";
    complaints.add("E317", (actionWord ?? scriptWord).span, message, null);
    return null;
  }
  const parameters = rest.map((word) => splitTemplate(templateWithConstants(word, scope), word.span));
  const env = settings.env ?? {};
  const meaning = readAgentCall(
    {
      agent: script,
      span: scriptWord.span,
      path,
      action,
      actionSpan: actionWord.span,
      parameters,
      timeoutMs: settings.timeoutMs ?? 30_000,
      everyMs: 0,
      hostCount: declarations.hosts.length,
      env,
    },
    surroundings,
    complaints,
  );
  if (meaning === null) return null;
  const instance = env["OCF_RESOURCE_INSTANCE"] ?? instanceOf(script, parameters, scriptWord, context);
  if (instance === null) return null;
  return {
    program: path,
    words: [scriptWord, actionWord].map(templateOf),
    env: { ...meaning.env, OCF_RESOURCE_INSTANCE: instance },
    user: settings.user ?? null,
  };
}

/** The name under which the check of the same service runs; without one, the agent's type. null: two could be meant. */
function instanceOf(
  script: string,
  parameters: readonly AgentParameter<string | Template>[],
  scriptWord: Word,
  { declarations, complaints }: CommandContext,
): string | null {
  const instances = declarations.checks.flatMap((check) =>
    isSameService(check, script, parameters) ? [instanceOfCheck(check)] : [],
  );
  const [instance, other] = new Set(instances);
  if (other === undefined) return instance ?? script.split(":").at(-1) ?? script;
  const message = `this could be the \`${script}\` of check ${instance} or of check ${other}: the parameters do not tell`;
  complaints.add("E317", scriptWord.span, message, `say which: \`{ env OCF_RESOURCE_INSTANCE=${instance} }\``);
  return null;
}

function instanceOfCheck({ own, defaults, name }: DeclaredCheck): string {
  return overlay(defaults.settings, own.settings).env?.["OCF_RESOURCE_INSTANCE"] ?? name;
}

/** It is the same agent, and no parameter that both are given differs. */
function isSameService(
  { words, kind }: DeclaredCheck,
  script: string,
  parameters: readonly AgentParameter<string | Template>[],
): boolean {
  const [agent, ...rest] = words ?? [];
  if (kind === "passive" || agent !== script) return false;
  const given = new Map(rest.map((text) => [splitParameter(text, { start: 0, end: 0 }).name, text]));
  return parameters.every(({ name, shown }) => (given.get(name) ?? shown) === shown);
}
