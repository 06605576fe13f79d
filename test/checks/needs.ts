/**
 * What a test needs that not every machine has. Where it is missing the test is skipped and says why; in CI it fails, so
 * that nothing is left out there without anybody noticing.
 */
import { accessSync, constants } from "node:fs";
import { join } from "node:path";

const isCi = process.env["CI"] === "true";
const folders = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/sbin"];

/** For `test`'s option `skip`. `programs`: names, each with the Debian package that has it; or absolute paths. */
export function skipWithout(needs: {
  readonly programs?: Readonly<Record<string, string>>;
  readonly isRoot?: boolean;
}): string | false {
  const missing = Object.entries(needs.programs ?? {}).filter(([program]) => !isInstalled(program));
  const reasons = [
    ...missing.map(([program, from]) => `${program} is not installed (Debian: ${from})`),
    ...(needs.isRoot === true && process.geteuid?.() !== 0 ? ["it has to run as root"] : []),
  ];
  if (reasons.length === 0) return false;
  if (isCi) throw new Error(`CI has to have what the tests need: ${reasons.join(", ")}`);
  return reasons.join(", ");
}

function isInstalled(program: string): boolean {
  const paths = program.startsWith("/") ? [program] : folders.map((folder) => join(folder, program));
  return paths.some((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
