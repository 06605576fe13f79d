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
