/**
 * Makes `dist/`, the drop-in folder, out of a fresh clone: `node src/build.mjs`. And `.build/`, the compiled tests.
 *
 * Installs what the lockfile says if that is not there yet, checks all types (an error ends the build), bundles the two
 * programs, and copies what ships beside them. The same sources give the same bytes. `dist/var/` is left alone: a daemon
 * that runs from here keeps its memory. Plain JavaScript, because it has to run before anything is installed.
 */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");
const programs = ["failoverd", "failoverctl"];

export async function build() {
  installIfNeeded();
  rmSync(join(root, ".build"), { recursive: true, force: true });
  run("node_modules/.bin/tsc", ["-p", "tsconfig.json"]);
  run("node_modules/.bin/tsc", ["-p", "src/core/tsconfig.json"]);
  clear();
  const packages = await bundle(join(dist, "lib"));
  writeFileSync(join(dist, "lib/THIRD-PARTY.txt"), licences(packages));
  for (const program of programs) writeLauncher(program);
  for (const folder of ["checks", "actions", "conf"]) copyFolder(join(root, folder), join(dist, folder));
  copyFolder(join(root, "src/ocf"), join(dist, "lib/ocf"));
  await writeDocuments();
  for (const file of ["README.md", "LICENSE"]) copyFile(join(root, file), join(dist, file));
}

/** `npm ci`, unless what is installed is what the lockfile says. */
function installIfNeeded() {
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const listing = join(root, "node_modules/.package-lock.json");
  const installed = existsSync(listing) ? JSON.parse(readFileSync(listing, "utf8")).packages : {};
  const isThere = ([name, { version, optional }]) => name === "" || optional || installed[name]?.version === version;
  if (Object.entries(wanted).every(isThere)) return;
  console.log("build: installing what package-lock.json names");
  run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
}

/** Writes the two programs and the chunks they share into `folder`; answers which packages went into them. */
export async function bundle(folder) {
  const esbuild = await import("esbuild");
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: programs.map((program) => `src/cli/${program}.ts`),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true, // the language, and chevrotain with it, is loaded only where text is parsed
    format: "esm",
    platform: "node",
    target: "node20.19",
    legalComments: "external",
    define: { FAILOVERD_VERSION: JSON.stringify(version) },
    metafile: true,
    logLevel: "warning",
  });
  const names = Object.keys(metafile.inputs).flatMap(
    (path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [],
  );
  return [...new Set(names)].sort();
}

/** The licences of the packages in the bundle, each text once. */
function licences(packages) {
  const owners = new Map();
  for (const name of packages) {
    const folder = join(root, "node_modules", name);
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined)
      throw new Error(`build: the package ${name} has no licence file, so it must not be shipped`);
    const text = readFileSync(join(folder, file), "utf8").trim();
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    owners.set(text, [...(owners.get(text) ?? []), `${name} ${version}`]);
  }
  const line = "=".repeat(80);
  const parts = [...owners].map(([text, names]) => `${line}\n${names.join(", ")}\n${line}\n\n${text}\n`);
  return `failoverd contains these packages, unchanged but for bundling.\n\n${parts.join("\n")}`;
}

/**
 * The executables. Old words only, so that an old Node can read them and say what is wrong instead of failing on its
 * grammar; right as CommonJS (in /opt) and as a module (in this repository). Node resolves a symlink to it first.
 */
function writeLauncher(program) {
  const path = join(dist, "bin", program);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    `#!/usr/bin/env node
var parts = process.versions.node.split(".").map(Number);
if (parts[0] < 20 || (parts[0] === 20 && parts[1] < 19)) {
  process.stderr.write("${program}: this is Node " + process.versions.node + ", and Node 20.19 or later is needed: put it first in PATH\\n");
  process.exitCode = 2;
} else {
  import("../lib/${program}.mjs").catch(function (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    process.stderr.write("${program}: its folder lib/ is not where it was: copy the whole folder, and make a symbolic link to bin/${program} where it is wanted\\n");
    process.exitCode = 2;
  });
}
`,
  );
  chmodSync(path, 0o755);
}

/** Copies a folder that ships, if there is anything in it; executable stays executable, whatever the umask was. */
function copyFolder(from, to) {
  if (!existsSync(from)) return;
  for (const entry of readdirSync(from, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    copyFile(path, join(to, path.slice(from.length)));
  }
}

function copyFile(from, to) {
  if (!existsSync(from)) return;
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
  chmodSync(to, statSync(from).mode & 0o100 ? 0o755 : 0o644);
}

/** Manual pages and completion, made from the tables of the command lines, which have just been compiled. */
async function writeDocuments() {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const reference = readFileSync(join(root, "conf/README.md"), "utf8");
  const { documents } = await import("../.build/src/cli/manual/documents.js");
  for (const { path, text } of documents(reference, version)) {
    mkdirSync(dirname(join(dist, path)), { recursive: true });
    writeFileSync(join(dist, path), text);
    chmodSync(join(dist, path), 0o644);
  }
}

/** Empties `dist/`, except for `var/`. */
function clear() {
  mkdirSync(dist, { recursive: true });
  for (const entry of readdirSync(dist)) {
    if (entry !== "var") rmSync(join(dist, entry), { recursive: true, force: true });
  }
}

/** Runs a program of the toolchain; what it says is shown, and if it fails the build ends with its exit code. */
function run(command, words) {
  try {
    execFileSync(command, words, { cwd: root, stdio: "inherit" });
  } catch (failure) {
    process.exit(failure.status ?? 1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
