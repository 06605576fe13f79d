/** The project's own files, read for the tests that hold its rules. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { repositoryRoot } from "../root.ts";

export interface SourceText {
  /** From the repository's root: `src/core/step.ts`. */
  readonly path: string;
  readonly text: string;
  /** The text without comments and without what stands in quotes, so that words in sentences are not taken for code. */
  readonly code: string;
  readonly imports: readonly Import[];
}

export interface Import {
  /** A path from the repository's root if it began with a dot, else as written: `node:fs`, `chevrotain`. */
  readonly target: string;
  readonly isDynamic: boolean;
  /** It leaves nothing behind at run time. */
  readonly isTypeOnly: boolean;
}

/** All files below `folder` whose names end in one of `ends`, sorted by path. */
export function readSources(folder: string, ends: readonly string[]): readonly SourceText[] {
  return readdirSync(join(repositoryRoot, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => ends.some((end) => name.endsWith(end)))
    .sort()
    .map((name) => readSource(join(folder, name)));
}

function readSource(path: string): SourceText {
  const text = readFileSync(join(repositoryRoot, path), "utf8");
  return { path, text, code: withoutWords(text), imports: importsOf(path, text) };
}

function importsOf(path: string, text: string): readonly Import[] {
  const resolve = (target: string): string =>
    target.startsWith(".") ? normalize(join(dirname(path), target)) : target;
  const fixed = [...text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)";/gm)].map(
    ([, type, target = ""]) => ({ target: resolve(target), isDynamic: false, isTypeOnly: type !== undefined }),
  );
  const dynamic = [...text.matchAll(/\bimport\("([^"]+)"\)/g)].map(([, target = ""]) => ({
    target: resolve(target),
    isDynamic: true,
    isTypeOnly: false,
  }));
  return [...fixed, ...dynamic];
}

/** One walk over comments, strings, templates and regular expressions that stand where a value may begin. */
function withoutWords(text: string): string {
  return text.replaceAll(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`|(?<=[(,=:?&|!]\s*)\/(?![*/])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g,
    (match) => match.replaceAll(/[^\n]/g, " "),
  );
}
