/**
 * A manual page out of a reference in Markdown, so that there is one reference and not two. Understood is what conf/README.md
 * uses: headings, paragraphs, lists, tables, fenced and indented examples, and comments, which are left out.
 */
import { bullets, literal, nameSection, page, paragraph, section, seeAlso, subsection, tagged } from "./roff.ts";

export interface MarkdownPage {
  readonly name: string;
  readonly section: number;
  readonly names: readonly string[];
  readonly summary: string;
  readonly seeAlso: readonly (readonly [name: string, section: number])[];
}

/** In mdoc(7). The text before the second heading is the description. */
export function markdownPage(markdown: string, about: MarkdownPage, version: string): string {
  const blocks = blocksOf(markdown.replaceAll(/<!--[\s\S]*?-->\n?/g, ""));
  const parts: readonly (readonly string[])[] = [
    nameSection(about.names, about.summary),
    section("Description"),
    ...blocks.map(renderBlock),
    seeAlso(about.seeAlso),
  ];
  return page({ name: about.name, section: about.section, version }, parts);
}

type Block =
  | { readonly kind: "heading"; readonly level: number; readonly text: string }
  | { readonly kind: "paragraph"; readonly text: string }
  | { readonly kind: "literal"; readonly lines: readonly string[] }
  | { readonly kind: "table"; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: "list"; readonly items: readonly string[] };

function renderBlock(block: Block): readonly string[] {
  switch (block.kind) {
    case "heading":
      /** The page's own title is its name. */
      if (block.level === 1) return [];
      return block.level === 2 ? section(sectionNames[block.text] ?? block.text) : subsection(block.text);
    case "paragraph":
      return block.text.startsWith("Contents:") ? [] : paragraph(block.text);
    case "literal":
      return literal(block.lines);
    case "table":
      return tagged(block.rows.slice(2).map(rowOf(block.rows[0] ?? [])));
    case "list":
      return bullets(block.items);
  }
}

/** Names that mean something else in manual pages. */
const sectionNames: Readonly<{ [name: string]: string }> = { Errors: "Complaints", Warnings: "Warnings of the linter" };

/** A row of a table: its first cell is the tag, the one under "meaning", or else the second, what it means; others say of what they are. */
function rowOf(headings: readonly string[]): (cells: readonly string[]) => readonly [string, string] {
  const meaning = Math.max(1, headings.indexOf("meaning"));
  return (cells) => {
    const others = headings.flatMap((heading, index) =>
      index === 0 || index === meaning ? [] : [`${heading}: ${cells[index] ?? ""}`],
    );
    return [plain(cells[0] ?? ""), [cells[meaning] ?? "", ...others].map(asSentence).join(" ")];
  };
}

function asSentence(text: string): string {
  const capital = text.slice(0, 1).toUpperCase() + text.slice(1);
  return text === "" || /[.!?]$/.test(text) ? capital : `${capital}.`;
}

function blocksOf(markdown: string): readonly Block[] {
  const lines = markdown.split("\n");
  const blocks: Block[] = [];
  while (lines.length > 0) {
    const block = takeBlock(lines);
    if (block !== null) blocks.push(block);
  }
  return blocks;
}

/** Takes the lines of the next block off; null: it was nothing to show. */
function takeBlock(lines: string[]): Block | null {
  const first = lines.shift() ?? "";
  const heading = /^(#+) (.*)$/.exec(first);
  if (heading !== null) return { kind: "heading", level: heading[1]?.length ?? 1, text: plain(heading[2] ?? "") };
  if (first === "" || /^-{3,}$/.test(first)) return null;
  if (first.startsWith("```")) {
    const example = takeWhile(lines, (line) => line !== "```");
    lines.shift();
    const codes = first.match(/\b[EW]\d+\b/g) ?? [];
    return {
      kind: "literal",
      lines: codes.length === 0 ? example : [`# complained of as ${codes.join(", ")}`, ...example],
    };
  }
  if (first.startsWith("    ")) {
    const rest = takeWhile(lines, (line) => line === "" || line.startsWith("    "));
    return { kind: "literal", lines: withoutBlankEnd([first, ...rest].map((line) => line.slice(4))) };
  }
  if (first.startsWith("|")) {
    return { kind: "table", rows: [first, ...takeWhile(lines, (line) => line.startsWith("|"))].map(cellsOf) };
  }
  const rest = takeWhile(lines, (line) => line !== "" && !/^(#|\||```|- )/.test(line));
  const text = [first, ...rest].join(" ");
  if (!first.startsWith("- ")) return { kind: "paragraph", text };
  const items = [text.slice(2)];
  while (lines[0]?.startsWith("- ") === true) {
    items.push(
      takeWhile(lines, (line, index) => index === 0 || (line !== "" && !line.startsWith("- ")))
        .join(" ")
        .slice(2),
    );
  }
  return { kind: "list", items };
}

function takeWhile(lines: string[], isPart: (line: string, index: number) => boolean): readonly string[] {
  const end = lines.findIndex((line, index) => !isPart(line, index));
  return lines.splice(0, end === -1 ? lines.length : end);
}

/** The cells of `| a | b \| c |`. */
function cellsOf(line: string): readonly string[] {
  return line
    .replaceAll(/^\||\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll(String.raw`\|`, "|"));
}

function withoutBlankEnd(lines: readonly string[]): readonly string[] {
  return lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);
}

function plain(text: string): string {
  return text.replaceAll("`", "");
}
