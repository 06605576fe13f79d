/**
 * Where the programs print: answers on stdout, what went wrong on stderr. Colours and cut lines are for a terminal only;
 * a pipe, `NO_COLOR` (no-color.org) and TERM=dumb get plain, whole text.
 */
import { createInterface } from "node:readline";
import { errnoInWords, errnoOf } from "../host/errno.ts";
import { exitCodes } from "./exit-codes.ts";
import { wrap } from "./wrap.ts";

export interface Terminal {
  /** Some lines of the answer. The last newline is added. */
  print(text: string): void;
  /** What went wrong, and what to do next. The last newline is added. */
  complain(text: string): void;
  /** Asks a person a question of yes or no; null: there is nobody to ask. Silence and the end of the input are a no. */
  readonly confirm: ((question: string) => Promise<boolean>) | null;
  /** How many columns a line may have; null: any number. */
  readonly columns: number | null;
  readonly isColoured: boolean;
}

export type Colour = "red" | "green" | "yellow" | "bold" | "dim" | "plain";

const sequences: Readonly<Record<Colour, string>> = {
  red: "\u001b[31m",
  green: "\u001b[32m",
  yellow: "\u001b[33m",
  bold: "\u001b[1m",
  dim: "\u001b[2m",
  plain: "",
};

/** The text between the colour and its end; as it is where there are no colours. */
export function paint(isColoured: boolean, colour: Colour, text: string): string {
  return isColoured && colour !== "plain" && text !== "" ? `${sequences[colour]}${text}\u001b[0m` : text;
}

/** A terminal that says it is narrower is one that does not know. */
const columnsMin = 40;

/** What a terminal has that does not know how large it is: at the other end of a serial line, or in a script. */
export const columnsUnknown = 80;

function columnsOf({ columns }: { readonly columns: number }): number {
  return columns > 0 ? Math.max(columnsMin, columns) : columnsUnknown;
}

/** Sentences are folded between their words; a line that begins with a blank shows something in its place, and is left alone. */
export function fold(text: string, columns: number): string {
  return text
    .split("\n")
    .flatMap((line) => (line.startsWith(" ") ? [line] : wrap(line, columns)))
    .join("\n");
}

/**
 * This process's own. A reader that has seen enough (`| head`) closes the pipe; that ends the program, well. An answer that
 * cannot be written (a file on a full disk) ends it, and not well.
 */
export function realTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit();
      if (stream === process.stdout)
        process.stderr.write(`the answer cannot be written: ${errnoInWords(errnoOf(error))}\n`);
      process.exit(exitCodes.notWell);
    });
  }
  const isTerminal = process.stdout.isTTY && process.env["TERM"] !== "dumb";
  const complaintColumns = process.stderr.isTTY ? columnsOf(process.stderr) : Infinity;
  return {
    print: (text) => void process.stdout.write(`${text}\n`),
    complain: (text) => void process.stderr.write(`${fold(text, complaintColumns)}\n`),
    confirm: process.stdin.isTTY && process.stderr.isTTY ? confirmOnTerminal : null,
    columns: isTerminal ? columnsOf(process.stdout) : null,
    isColoured: isTerminal && (process.env["NO_COLOR"] ?? "") === "",
  };
}

/** The question goes to stderr: stdout is for the answer of the command. */
function confirmOnTerminal(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    lines.once("close", () => resolve(false));
    lines.question(`${question} [y/N] `, (answer) => {
      resolve(/^y(es)?$/i.test(answer.trim()));
      lines.close();
    });
  });
}
