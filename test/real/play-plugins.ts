/** Runs all plugins of plugins.ts as checks of a real daemon, once each, and prints what `status` says of them, as JSON. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RealDaemon } from "../e2e/real-daemon.ts";
import { serveBanners } from "./banners.ts";
import { hosts, isUp } from "./lab.ts";
import { setUpPair } from "./pairs.ts";
import { filesFolder, pluginFiles, plugins } from "./plugins.ts";
import { must, run } from "./programs.ts";

process.stdin.resume().once("close", () => process.exit(1));

const folder = "/usr/lib/nagios/plugins";

mkdirSync(filesFolder);
for (const [name, text] of Object.entries(pluginFiles)) writeFileSync(join(filesFolder, name), text);
await takeLibrary("check_curl", "liburiparser");
await takeLibrary("check_dbi", "libdbi");
await Promise.all([serveBanners(), ...hosts.map(isUp)]);
await setUpPair("postgres");

const lines = plugins.map(({ name, command }) => {
  const [words = "", options] = command.split(/\s*[{}]\s*/);
  return `${folder}/${words} { as ${name}${options === undefined ? "" : `, ${options}`} }`;
});
const daemon = new RealDaemon({ "checks.conf": `[local]\n{ every 10m, timeout 20s, fall 1 }\n${lines.join("\n")}\n` });
await daemon.start({ words: ["--name", "witness"] });
const checks = await daemon.until("every check has reported", async () => {
  const status = await daemon.status();
  return status.checks.every(({ ageMs }) => ageMs !== null) ? status.checks : null;
});
console.log(JSON.stringify(checks));
process.exit(0);

/** Not installed is what a library is here, whether it is or not. */
async function takeLibrary(plugin: string, library: string): Promise<void> {
  const { stdout } = await run(["ldd", join(folder, plugin)]);
  const [, path] = new RegExp(`${library}\\S* => (/\\S+)`).exec(stdout) ?? [];
  if (path === undefined) return;
  const real = (await must("realpath", path)).trim();
  await must("mount", "--bind", "/dev/null", real);
}
