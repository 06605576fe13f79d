/**
 * What a fence agent is told, on its standard input: `name=value` lines, one a parameter, and always the action, because
 * an agent's default is to reboot. Secrets are read from their files at each use, and stand nowhere else.
 */
import { readFileSync, statSync } from "node:fs";
import { errnoInWords, errnoOf } from "../host/errno.ts";
import type { AgentCall } from "../core/effect.ts";
import type { Stdin } from "./performer.ts";

/** A password is a line; a file of this size is no password. */
const secretBytesMax = 64 * 1024;

export function readFenceStdin({ device, verb }: AgentCall): Stdin {
  const lines: string[] = [`action=${verb}`];
  for (const [name, value] of device.parameters) lines.push(lineOf(name, value));
  for (const [name, file] of device.secrets) {
    const secret = readSecret(file);
    if (secret.kind === "refused") return { kind: "refused", reason: `${device.name}: ${name}: ${secret.reason}` };
    lines.push(lineOf(name, secret.text));
  }
  return { kind: "stdin", text: `${lines.join("\n")}\n` };
}

/**
 * The fencing library takes blanks from both ends of a line and then one pair of quotation marks from around the value; a
 * value that would lose something by that is put into such a pair.
 */
function lineOf(name: string, value: string): string {
  return /^\s|\s$|^".*"$/.test(value) ? `${name}="${value}"` : `${name}=${value}`;
}

/** The first line of the file, which nobody else may read: that is looked at each time, because modes change. */
function readSecret(file: string): Stdin {
  try {
    const stats = statSync(file);
    if ((stats.mode & 0o077) !== 0)
      return { kind: "refused", reason: `${file} can be read by others: chmod 600 ${file}` };
    if (!stats.isFile() || stats.size > secretBytesMax)
      return { kind: "refused", reason: `${file} is not a file with a secret in it` };
    const text = readFileSync(file, "utf8").replace(/\r?\n$/, "");
    if (text === "") return { kind: "refused", reason: `${file} is empty` };
    if (/[\n\0]/.test(text)) return { kind: "refused", reason: `${file} has more than one line` };
    return { kind: "stdin", text };
  } catch (error) {
    return { kind: "refused", reason: `${file} cannot be read: ${errnoInWords(errnoOf(error))}` };
  }
}
