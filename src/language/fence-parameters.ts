/**
 * What a fence agent is told. An agent warns of a parameter that it does not know, or of a switch that is neither on nor
 * off, leaves it out, and then does its default action, which is to reboot; so every parameter is held against the agent's own
 * metadata before it is ever run, and the action is not the file's to give.
 */
import { optionsAtEnd } from "./loose-options.ts";
import { didYouMean } from "./suggest.ts";
import { constantText, type Scope } from "./scope.ts";
import { plainText } from "./words.ts";
import type { SettingsContext } from "./setting-values.ts";
import type { AgentMetadata, Surroundings } from "./surroundings.ts";
import type { Command, Span } from "./tree.ts";
import type { FenceDevice } from "../core/configuration.ts";

export interface FenceContext extends SettingsContext {
  readonly scope: Scope;
  readonly surroundings: Surroundings;
}

export type Given = Pick<FenceDevice, "parameters" | "secrets">;

/** null: one has a mistake, which is told; all are looked at. */
export function readParameters(command: Command, metadata: AgentMetadata, context: FenceContext): Given | null {
  const { complaints, surroundings, scope } = context;
  const byName = new Map(metadata.parameters.map((parameter) => [parameter.name, parameter]));
  const known = new Set(byName.keys());
  const seen = new Set<string>();
  const parameters: (readonly [string, string])[] = [];
  const secrets: (readonly [string, string])[] = [];
  let isBroken = false;
  const refuse = (span: Span, message: string, hint: string | null, code: "E511" | "E512" | "E513" = "E511"): void => {
    complaints.add(code, span, message, hint);
    isBroken = true;
  };
  for (const word of command.words.slice(1)) {
    const text = constantText(word, scope, complaints);
    if (text === null) {
      isBroken = true;
      continue;
    }
    const equals = text.indexOf("=");
    const name = equals < 1 ? text : text.slice(0, equals);
    const value = equals < 1 ? "" : text.slice(equals + 1);
    const secretOf = !known.has(name) && name.endsWith("_file") ? name.slice(0, -"_file".length) : null;
    if (equals < 1) {
      const loose = text.startsWith("-") ? null : optionsAtEnd(command.words, ["fence device"]);
      const hint = text.startsWith("-")
        ? "options of the command line cannot be used: given any, an agent does not read what it is told"
        : loose === null
          ? null
          : `options stand in braces: \`{ ${loose.text} }\``;
      refuse(word.span, `a fence agent takes parameters as name=value, and \`${text}\` is not that`, hint);
      // What follows is as likely its value.
      break;
    } else if (name === "action" || name === "option") {
      refuse(
        word.span,
        `failoverd tells the agent itself what to do, so \`${name}\` cannot be given`,
        "leave it out",
        "E512",
      );
    } else if (seen.has(name)) {
      refuse(word.span, `\`${name}\` is given twice`, null);
    } else if (secretOf !== null && seen.has(secretOf)) {
      refuse(word.span, `\`${secretOf}\` is given twice, and here by \`${name}\``, "leave one of the two out");
    } else if (known.has(name) && !known.has(`${name}_file`) && seen.has(`${name}_file`)) {
      refuse(word.span, `\`${name}\` is given twice, here and by \`${name}_file\``, "leave one of the two out");
    } else if (secretOf !== null && known.has(secretOf)) {
      const secret = surroundings.findSecret(value);
      if (secret.kind === "found") secrets.push([secretOf, secret.path]);
      else {
        const within = /^(?:\.\/)?conf\/(.+)$/.exec(value)?.[1];
        const hint = within === undefined ? secret.hint : `the path begins at conf/: \`${name}=${within}\``;
        refuse(word.span, `the secret for \`${secretOf}\` cannot be used: ${secret.reason}`, hint, "E513");
      }
    } else if (known.has(name)) {
      const wrong = whatIsWrong(value, byName.get(name));
      if (wrong === null) parameters.push([name, value]);
      else refuse(word.span, `\`${name}\` of ${metadata.name} ${wrong}, and \`${value}\` is not`, null);
    } else {
      const metadataOf = plainText(command.words[0] ?? word) ?? metadata.name;
      const hint = didYouMean(name, known) ?? `\`${metadataOf} -o metadata\` lists them`;
      refuse(word.span, `\`${metadata.name}\` has no parameter \`${name}\``, hint);
    }
    seen.add(name);
  }
  return isBroken ? null : { parameters, secrets };
}

/** How the fencing library reads the values of each type; null: it will read this one. The rest of the sentence otherwise. */
function whatIsWrong(value: string, parameter: AgentMetadata["parameters"][number] | undefined): string | null {
  const { type = "string", choices = [] } = parameter ?? {};
  switch (type) {
    case "boolean":
      return /^(1|yes|on|true|0|no|off|false)$/i.test(value) ? null : "is a switch, 1 or 0";
    case "integer":
    case "second":
      return /^[+-]?\d+$/.test(value) ? null : `is a whole number${type === "second" ? " of seconds" : ""}`;
    default:
      return choices.length === 0 || choices.includes(value) ? null : `is one of ${choices.join(", ")}`;
  }
}

/** Old and new names of one parameter, as the fencing library knows them: giving one is enough. */
const sameParameters: readonly (readonly string[])[] = [
  ["ip", "ipaddr"],
  ["username", "login"],
  ["auth_url", "auth-url"],
  // fence_scsi takes either; the metadata says that only the first will do.
  ["plug", "port", "key"],
];

export function complainOfMissing(
  given: Given,
  metadata: AgentMetadata,
  of: { readonly agent: string; readonly span: Span },
  { complaints }: FenceContext,
): void {
  const names = new Set([...given.parameters, ...given.secrets].map(([name]) => name));
  const told = new Set<string>();
  for (const { name, isRequired, default: byDefault } of metadata.parameters) {
    if (!isRequired || byDefault !== null || name === "action" || name === "option") continue;
    const same = sameParameters.find((group) => group.includes(name)) ?? [name];
    const [newest = name] = same;
    if (same.some((other) => names.has(other)) || told.has(newest)) continue;
    told.add(newest);
    complaints.add("E511", of.span, `\`${of.agent}\` needs \`${newest}=…\``, null);
  }
}
