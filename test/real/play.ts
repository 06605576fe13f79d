/**
 * Plays one case in the world that lab/world.sh has made around this process, and prints what it came to, as JSON.
 *
 *     node play.js SERVICE CASE
 *
 * Ends with its standard input at the latest, and everything in this world with it.
 */
import { cases } from "./cases.ts";
import { parseServiceName } from "./services.ts";

process.stdin.resume().once("close", () => process.exit(1));

const [service, name = ""] = process.argv.slice(2);
const play = cases[name];
if (play === undefined) throw new Error(`there is no case ${name}`);
console.log(JSON.stringify(await play(parseServiceName(service))));
process.exit(0);
