/** A script that cannot be run, said when the file is loaded and not at three in the morning. */
import { didYouMean } from "./suggest.ts";
import type { Complaints } from "./complaints.ts";
import type { FoundScript, ScriptFolder, Surroundings } from "./surroundings.ts";
import type { Span } from "./tree.ts";

export function refuseScript(
  refused: FoundScript & { readonly kind: "refused" },
  of: { readonly script: string; readonly folder: ScriptFolder; readonly span: Span },
  surroundings: Surroundings,
  complaints: Complaints,
): void {
  const isBareName = !of.script.includes("/") && !of.script.includes(":");
  const hint = (): string | null =>
    (isBareName ? didYouMean(of.script, surroundings.scriptNames(of.folder)) : null) ?? refused.hint;
  complaints.add("E316", of.span, `\`${of.script}\` cannot be run: ${refused.reason}`, hint);
}
