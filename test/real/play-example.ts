/**
 * Plays one example of conf/examples/ in the world that lab/world.sh has made around this process, and prints what the
 * daemons said.
 *
 *     LAB_NET=10.0.0 … node play-example.js NAME
 */
import { examples } from "./examples.ts";

process.stdin.resume().once("close", () => process.exit(1));

const [, , name = ""] = process.argv;
const play = examples[name];
if (play === undefined) throw new Error(`there is no example ${name} that is played`);
for (const sentence of await play()) console.log(sentence);
process.exit(0);
