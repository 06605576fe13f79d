/**
 * `[fence HOST]`: devices in order. An agent warns of a parameter that it does not know and then does its default action,
 * which is to reboot; so every parameter is held against the agent's own metadata before it is ever run.
 */
import { didYouMean } from "./suggest.ts";
import { constantText, type Scope } from "./scope.ts";
import { mergeDefaults, overlay, readSettings, type ReadSettings } from "./settings.ts";
import type { SettingsContext } from "./setting-values.ts";
import { lineOf } from "./source.ts";
import { plainText } from "./words.ts";
import type { AgentMetadata, Surroundings } from "./surroundings.ts";
import type { Command, Section, Span } from "./tree.ts";
import type { FenceDevice } from "../core/configuration.ts";

const defaultTimeoutMs = 30_000;

export interface FenceContext extends SettingsContext {
  readonly scope: Scope;
  readonly surroundings: Surroundings;
}

export interface ReadDevice {
  readonly device: FenceDevice;
  readonly command: Command;
}

export function readDevices(section: Section, context: FenceContext): readonly ReadDevice[] {
  const { complaints } = context;
  let defaults: ReadSettings = { settings: {}, spans: new Map() };
  const devices: ReadDevice[] = [];
  for (const line of section.lines) {
    switch (line.kind) {
      case "command": {
        const device = line.isBroken ? null : readDevice(line, defaults, context);
        if (device !== null) devices.push({ device, command: line });
        break;
      }
      case "defaults":
        if (devices.length > 0 && !line.isBroken) {
          complaints.add(
            "E312",
            line.span,
            "braces alone on a line are for the whole section, and stand above its first device",
            null,
          );
          break;
        }
        defaults = mergeDefaults(
          defaults,
          readSettings(line.options, { owners: ["fence device"], isDefaults: true, what: "a fence device" }, context),
          complaints,
        );
        break;
      case "when":
      case "if":
        complaints.add(
          "E504",
          { start: line.span.start, end: line.span.start + line.kind.length },
          `\`${line.kind}\` belongs into a rule, not into \`[fence]\``,
          null,
        );
        break;
      case "assignment":
      case "unreadable":
        break;
    }
  }
  if (section.lines.length === 0) {
    complaints.add(
      "E209",
      section.header.span,
      "there is no device in this section",
      "write one below, such as `fence_ipmilan ip=10.0.0.101 username=ha password_file=secrets/ipmi`",
    );
  }
  return devices;
}

/** How long all devices of a host may take, one after the other. */
export function fencingTimeMs(devices: readonly FenceDevice[]): number {
  return devices.reduce((sum, device) => sum + device.timeoutMs * (device.retries + 1), 0);
}

function readDevice(command: Command, defaults: ReadSettings, context: FenceContext): FenceDevice | null {
  const { complaints, surroundings } = context;
  const own = readSettings(
    command.options,
    { owners: ["fence device"], isDefaults: false, what: "a fence device" },
    context,
  );
  const settings = overlay(defaults.settings, own.settings);
  const place = { file: complaints.source.name, line: lineOf(complaints.source, command.span.start) };
  const { timeoutMs = defaultTimeoutMs, retries = 0 } = settings;
  const [agentWord, ...rest] = command.words;
  if (agentWord === undefined) return null;
  const agent = constantText(agentWord, context.scope, complaints);
  if (agent === null) return null;
  if (agent === "manual") {
    const [extra] = rest;
    if (extra !== undefined)
      complaints.add("E511", extra.span, "`manual` has no parameters: it stands for a person", null);
    return { agent: null, name: "manual", parameters: [], secrets: [], timeoutMs, retries, canProve: true, place };
  }
  const found = surroundings.findFenceAgent(agent);
  if (found.kind === "refused") {
    complaints.add("E510", agentWord.span, `the fence agent \`${agent}\` cannot be run: ${found.reason}`, found.hint);
    return null;
  }
  const metadata = surroundings.fenceAgent(found.path);
  if (metadata === null) {
    complaints.add(
      "E510",
      agentWord.span,
      `the fence agent \`${agent}\` does not say what it can do: its metadata could not be read`,
      `look at what \`${found.path} -o metadata\` prints`,
    );
    return null;
  }
  if (!metadata.actions.includes("off")) {
    complaints.add(
      "E510",
      agentWord.span,
      `the fence agent \`${agent}\` cannot switch a host off`,
      `it can ${metadata.actions.join(", ")}`,
    );
    return null;
  }
  const given = readParameters(command, metadata, context);
  if (given === null) return null;
  complainOfMissing(given, metadata, { agent, span: agentWord.span }, context);
  const canProve = metadata.actions.includes("status");
  const name = agent.split("/").at(-1) ?? agent;
  return { agent: found.path, name, ...given, timeoutMs, retries, canProve, place };
}

type Given = Pick<FenceDevice, "parameters" | "secrets">;

/** null: one has a mistake, which is told; all are looked at. */
function readParameters(command: Command, metadata: AgentMetadata, context: FenceContext): Given | null {
  const { complaints, surroundings, scope } = context;
  const known = new Set(metadata.parameters.map((parameter) => parameter.name));
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
      const hint = text.startsWith("-")
        ? "options of the command line cannot be used: given any, an agent does not read what it is told"
        : null;
      refuse(word.span, `a fence agent takes parameters as name=value, and \`${text}\` is not that`, hint);
    } else if (name === "action" || name === "option") {
      refuse(
        word.span,
        `failoverd tells the agent itself what to do, so \`${name}\` cannot be given`,
        "leave it out",
        "E512",
      );
    } else if (seen.has(name)) {
      refuse(word.span, `\`${name}\` is given twice`, null);
    } else if (secretOf !== null && known.has(secretOf)) {
      const secret = surroundings.findSecret(value);
      if (secret.kind === "found") secrets.push([secretOf, secret.path]);
      else refuse(word.span, `the secret for \`${secretOf}\` cannot be used: ${secret.reason}`, secret.hint, "E513");
    } else if (known.has(name)) {
      parameters.push([name, value]);
    } else {
      const metadataOf = plainText(command.words[0] ?? word) ?? metadata.name;
      const hint = didYouMean(name, known) ?? `\`${metadataOf} -o metadata\` lists them`;
      refuse(word.span, `\`${metadata.name}\` has no parameter \`${name}\``, hint);
    }
    seen.add(name);
  }
  return isBroken ? null : { parameters, secrets };
}

/** Old and new names of one parameter, as the fencing library knows them: giving one is enough. */
const sameParameters: readonly (readonly string[])[] = [
  ["ip", "ipaddr"],
  ["username", "login"],
  ["auth_url", "auth-url"],
  // fence_scsi takes either; the metadata says that only the first will do.
  ["plug", "port", "key"],
];

function complainOfMissing(
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
