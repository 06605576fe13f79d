/**
 * A conf file's bytes as text, and where in it something stands. Any bytes whatever may come: what is too big or too long
 * is refused here, what is not text is left in and complained of by the lexer, where it stands.
 */

export interface SourceFile {
  /** As it is shown: `checks.conf`. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Source {
  readonly name: string;
  /** Without a byte order mark; `\r\n` has become `\n`; bytes that are not UTF-8 have become U+FFFD. */
  readonly text: string;
  /** Offset of each line's first character; never empty. */
  readonly lineStarts: readonly number[];
}

/** A generated file of ten thousand checks has a megabyte; beyond it somebody has given the wrong file. */
export const fileBytesMax = 1_048_576;
/** Nobody reads a longer line, and Linux takes no longer argument than 128 KiB. */
export const lineCharactersMax = 65_536;

/** Up to `fileBytesMax` bytes are read; the caller complains of a file that has more. */
export function readSource(file: SourceFile): Source {
  const bytes = file.bytes.subarray(0, fileBytesMax);
  const text = new TextDecoder("utf-8").decode(bytes).replaceAll("\r\n", "\n");
  const lineStarts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lineStarts.push(at + 1);
  return { name: file.name, text, lineStarts };
}

/** What keeps a file from being text of lines, and how to mend it; null: nothing. What is wrong here and there is told where it stands. */
export function whyNoText({ bytes }: SourceFile): { readonly message: string; readonly hint: string } | null {
  const head = bytes.subarray(0, judgedBytesMax);
  const zeros = head.filter((byte) => byte === 0).length;
  if (head.length > 0 && zeros === head.length)
    return { message: "this file is nothing but zeros, as a crash may leave one", hint: "restore it" };
  const [first, second] = head;
  const hasMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  // Of letters and signs as conf files have them every second byte of UTF-16 is a zero.
  if (hasMark || zeros * 4 > head.length) return { message: "this file is UTF-16", hint: "save it as UTF-8" };
  if (head.includes(carriageReturn) && !bytes.includes(newline))
    return {
      message: "the lines of this file end with CR only, so all of it would be one line",
      hint: "let them end with LF",
    };
  return null;
}

const newline = 0x0a;
const carriageReturn = 0x0d;
/** Enough to see what a file is made of. */
const judgedBytesMax = 4_096;

/** From 1. */
export function lineOf(source: Source, offset: number): number {
  let low = 0;
  let high = source.lineStarts.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((source.lineStarts[middle] ?? Infinity) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}

/** Where the line (from 1) begins and ends; the end is that of its last character. */
export function lineBounds(source: Source, line: number): { readonly start: number; readonly end: number } {
  const start = source.lineStarts[line - 1] ?? source.text.length;
  const next = source.lineStarts[line];
  return { start, end: next === undefined ? source.text.length : next - 1 };
}
