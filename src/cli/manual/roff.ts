/**
 * Text in the language of manual pages, mdoc(7): each function answers with whole lines. A sentence begins a line of its own,
 * because that is how the formatter knows where one ends; nothing in a text is taken for a macro or an escape.
 */
import { wrap } from "../wrap.ts";

/** Lines of source of more than 80 bytes are complained of by the formatters' own lint; a character may have three. */
const lineMax = 64;

/** The source of a page, of its parts. A part that begins with a paragraph needs none below a heading. */
export function page(
  head: { readonly name: string; readonly section: number; readonly version: string },
  parts: readonly (readonly string[])[],
): string {
  const lines = parts.flat().filter((line, index, all) => line !== ".Pp" || !/^\.S[hs] /.test(all[index - 1] ?? ""));
  const { name, section: number, version } = head;
  return `${[`.Dd failoverd version ${version}`, `.Dt ${name.toUpperCase()} ${number}`, ".Os", ...lines].join("\n")}\n`;
}

export function nameSection(names: readonly string[], summary: string): readonly string[] {
  const last = names.length - 1;
  return [
    ".Sh NAME",
    ...names.map((name, index) => `.Nm ${name}${index < last ? " ," : ""}`),
    `.Nd ${inline(summary)}`,
  ];
}

export function section(name: string): readonly string[] {
  return [`.Sh ${heading(name.toUpperCase())}`];
}

export function subsection(name: string): readonly string[] {
  return [`.Ss ${heading(name)}`];
}

/** A heading is the words of a macro, where some are macros themselves, and one in quotes never is. */
function heading(text: string): string {
  return `"${inline(text).replaceAll('"', '""')}"`;
}

/** `code`, **strong** and [linked](to) words in it are understood. */
export function paragraph(text: string): readonly string[] {
  return [".Pp", ...sentences(text)];
}

/** What stands as it is, indented. */
export function literal(lines: readonly string[]): readonly string[] {
  return [".Bd -literal -offset indent", ...lines.map(literalLine), ".Ed"];
}

/** Words, and below each what it means. */
export function tagged(rows: readonly (readonly [tag: string, means: string])[]): readonly string[] {
  return [".Bl -tag -width Ds", ...rows.flatMap(([tag, means]) => [`.It ${heading(tag)}`, ...sentences(means)]), ".El"];
}

export function bullets(items: readonly string[]): readonly string[] {
  return [".Bl -bullet", ...items.flatMap((item) => [".It", ...sentences(item)]), ".El"];
}

export function seeAlso(pages: readonly (readonly [name: string, section: number])[]): readonly string[] {
  const last = pages.length - 1;
  return [".Sh SEE ALSO", ...pages.map(([name, number], index) => `.Xr ${name} ${number}${index < last ? " ," : ""}`)];
}

function sentences(text: string): readonly string[] {
  /** A full stop in `code` ends no sentence: its blanks are hidden while sentences are looked for. */
  return text
    .replaceAll(/\s+/g, " ")
    .trim()
    .replaceAll(/`[^`]*`/g, (code) => code.replaceAll(" ", "\u00a0"))
    .split(/(?<=[.!?][)"”]*) (?=\S)/)
    .map((sentence) => inline(sentence.replaceAll("\u00a0", " ")))
    .flatMap((sentence) => wrap(sentence, lineMax))
    .map(guarded);
}

function inline(text: string): string {
  return escape(text)
    .replaceAll(/`([^`]*)`/g, String.raw`\fB$1\fP`)
    .replaceAll(/\*\*([^*]*)\*\*/g, String.raw`\fB$1\fP`)
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1");
}

function literalLine(line: string): string {
  return guarded(escape(line).replaceAll("-", String.raw`\-`));
}

function escape(text: string): string {
  return text.replaceAll("\\", String.raw`\e`);
}

/** A dot or a quote begins a macro where a line begins. */
function guarded(line: string): string {
  return /^[.']/.test(line) ? String.raw`\&${line}` : line;
}
