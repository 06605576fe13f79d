/** The command lines of the programs that test: `--help` shows what there is, and what is wrong is one line. */
import { parseArgs, type ParseArgsConfig } from "node:util";

type Options = NonNullable<ParseArgsConfig["options"]>;

/** The options and words that this program was given. Ends it with 0 after `--help`, and with 2 if they are wrong. */
export function readOptions<const O extends Options>(
  usage: string,
  options: O,
): ReturnType<typeof parseArgs<{ readonly options: O; readonly allowPositionals: true }>> {
  const words = process.argv.slice(2);
  if (words.includes("--help") || words.includes("-h")) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    const [first = ""] = (error instanceof Error ? error.message : String(error)).split(". ");
    console.error(`${first}; --help shows what there is`);
    process.exit(2);
  }
}

/** For a program that takes no words. */
export function refuseWords(words: readonly string[]): void {
  const [first] = words;
  if (first === undefined) return;
  console.error(`there is nothing to be done with ${JSON.stringify(first)}; --help shows what there is`);
  process.exit(2);
}
