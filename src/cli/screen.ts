/**
 * The whole terminal, for as long as something is shown live: on the second screen, so that what stood there before stands
 * there again afterwards, however the program ends. Keys come one by one.
 */
import { writeSync } from "node:fs";
import { columnsUnknown } from "./terminal.ts";

export interface Screen {
  readonly size: () => { readonly columns: number; readonly rows: number };
  /** Replaces what is shown. A line that is too long is cut by the terminal; what is below its last row is not shown. */
  readonly draw: (lines: readonly string[]) => void;
  readonly close: () => void;
}

/** Second screen, no cursor, no wrapping; and back. */
const enter = "\u001b[?1049h\u001b[?25l\u001b[?7l";
const leave = "\u001b[?7h\u001b[?25h\u001b[?1049l";

/** Cleared before it is written: behind a line that ends in the last column, the last character would be cleared. */
const clearLine = "\u001b[K";
const home = "\u001b[H";

/** A serial line does not know how large the terminal at its other end is. */
const unknownSize = { columns: columnsUnknown, rows: 24 };

const stopKey = "\u001a";

/** Null: stdout is no terminal that could do this. `onKey` gets each key, Ctrl-C included; `onChange`: draw again. */
export function openScreen(on: { readonly key: (key: string) => void; readonly change: () => void }): Screen | null {
  const { stdin, stdout } = process;
  if (!stdout.isTTY || process.env["TERM"] === "dumb") return null;
  let isShown = false;
  const begin = (): void => {
    isShown = true;
    if (stdin.isTTY) stdin.setRawMode(true);
    stdout.write(enter);
  };
  const end = (): void => {
    isShown = false;
    writeSync(stdout.fd, leave);
    if (stdin.isTTY) stdin.setRawMode(false);
  };
  const onData = (bytes: Buffer): void => {
    const key = bytes.toString();
    if (key !== stopKey) {
      on.key(key);
      return;
    }
    /** Ctrl-Z, which the terminal hands on in this mode. */
    end();
    process.kill(process.pid, "SIGSTOP");
  };
  const onContinue = (): void => {
    begin();
    on.change();
    /** The terminal tells a change of its size to who is in front, and that was somebody else: Node asks when it is told. */
    process.kill(process.pid, "SIGWINCH");
  };
  if (stdin.isTTY) stdin.on("data", onData).resume();
  stdout.on("resize", on.change);
  process.on("SIGCONT", onContinue);
  process.on("exit", end);
  begin();
  const size = (): { columns: number; rows: number } => ({
    columns: stdout.columns > 0 ? stdout.columns : unknownSize.columns,
    rows: stdout.rows > 0 ? stdout.rows : unknownSize.rows,
  });
  return {
    size,
    draw: (lines) => {
      if (!isShown) return;
      const rows = Array.from({ length: size().rows }, (_, row) => `${clearLine}${lines[row] ?? ""}`);
      stdout.write(home + rows.join("\r\n"));
    },
    close: () => {
      process.off("exit", end);
      process.off("SIGCONT", onContinue);
      stdout.off("resize", on.change);
      if (stdin.isTTY) stdin.off("data", onData).pause();
      end();
    },
  };
}
