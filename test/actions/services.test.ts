/** start_service and stop_service: by a command, by an init script, by systemd. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { makeFolder, writeScript } from "../checks/folder.ts";
import { skipWithout } from "../checks/needs.ts";
import { act, pathOf, run } from "../checks/script.ts";
import { whenOver } from "../checks/when-over.ts";

/** A service that is a real process; its number stands in a file. */
function napper(context: TestContext): {
  readonly start: readonly string[];
  readonly stop: readonly string[];
  readonly file: string;
} {
  const folder = makeFolder(context);
  const file = join(folder, "napper.pid");
  const status = `${pathOf("checks", "check_process")} -f ${file}`;
  const start = `sleep 60 & echo $! >${file}`;
  const stop = `kill $(cat ${file})`;
  whenOver(context, () => {
    if (existsSync(file)) spawnKill(Number(readFileSync(file, "utf8")));
  });
  return { start: ["-c", start, "-s", status], stop: ["-c", stop, "-s", status], file };
}

function spawnKill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

void test("by a command: dry, started, there already, stopped, gone already", async (context) => {
  const { start, stop, file } = napper(context);
  assert.match(await act("stop_service", stop), /^exit 0: .* does not run$/);
  assert.match(await act("start_service", ["--dry-run", ...start]), /^exit 0: would start /);
  assert.ok(!existsSync(file));
  /** The service holds whatever output it was given; the action ends nevertheless, with its output closed. */
  const { code, stdout } = await run(["sh", "-c", '"$@" | cat', "sh", pathOf("actions", "start_service"), ...start]);
  assert.match(`${code} ${stdout}`, /^0 .* runs\n$/);
  const pid = readFileSync(file, "utf8");
  assert.match(await act("start_service", start), /^exit 0: .* runs already$/);
  assert.equal(readFileSync(file, "utf8"), pid);
  assert.match(await act("stop_service", ["--dry-run", ...stop]), /^exit 0: would stop /);
  assert.match(await act("start_service", start), /^exit 0: .* runs already$/);
  assert.match(await act("stop_service", stop), /^exit 0: .* does not run$/);
  assert.match(await act("stop_service", stop), /^exit 0: .* does not run$/);
});

void test("one that does not start, and one that does not stop, is a failure", async (context) => {
  const folder = makeFolder(context);
  const never = ["-t", "2", "-c", "echo it is broken >&2; false", "-s", "false"];
  assert.match(await act("start_service", never), /^exit 1: it is broken\n.* does not run$/);
  const always = ["-t", "2", "-c", `: >${join(folder, "asked")}`, "-s", "true"];
  assert.match(await act("stop_service", always), /^exit 1: .* still runs$/);
  assert.ok(existsSync(join(folder, "asked")));
  assert.match(await act("start_service", ["-c", "true"]), /^exit 2: /);
});

void test("stop_service: what gives no answer says nothing, and it is told to stop whatever is said", async (context) => {
  const asked = join(makeFolder(context), "asked");
  const rows: readonly (readonly [status: string, want: RegExp])[] = [
    ["exit 1", /^exit 0: .* does not run$/],
    ["/nowhere/status", /^exit 1: whether .* runs cannot be told: -s gave no answer$/],
    ["/dev/null", /^exit 1: whether .* runs cannot be told/],
    ["kill -9 $$", /^exit 1: whether .* runs cannot be told/],
  ];
  for (const [status, want] of rows) {
    assert.match(await act("stop_service", ["-c", `echo x >>${asked}`, "-s", status]), want);
  }
  assert.equal(readFileSync(asked, "utf8"), "x\n".repeat(rows.length));
});

const mountTools = { unshare: "util-linux", mount: "mount" };
const skip = skipWithout({ programs: mountTools, isRoot: true });

/** Runs an action in a mount namespace where systemd runs, with the programs in `folder` first, or where `folder` is /etc/init.d. */
async function actIn(
  { folder, isSystemd }: { readonly folder: string; readonly isSystemd: boolean },
  ...words: readonly [string, ...string[]]
): Promise<string> {
  const [action, ...rest] = words;
  const place = isSystemd ? "mkdir -p /run/systemd/system" : `mount --bind ${folder} /etc/init.d`;
  const script = `mount -t tmpfs none /run; ${place}; exec "$@"`;
  const path = `${isSystemd ? folder : ""}:${process.env["PATH"] ?? ""}`;
  const command = ["env", `PATH=${path}`, pathOf("actions", action), ...rest];
  const { code, stdout, stderr } = await run(["unshare", "-m", "sh", "-c", script, "sh", ...command]);
  return `exit ${code}: ${(stdout + stderr).trimEnd()}`;
}

void test("by a script in /etc/init.d", { skip }, async (context) => {
  const folder = makeFolder(context, 0o755);
  const state = join(folder, "state");
  const body = `case $1 in start) : >${state} ;; stop) rm -f ${state} ;; status) [ -e ${state} ] || exit 3 ;; esac`;
  writeScript(folder, "napper", body);
  const place = { folder, isSystemd: false };
  assert.equal(await actIn(place, "start_service", "napper"), "exit 0: napper runs");
  assert.equal(await actIn(place, "start_service", "napper.service"), "exit 0: napper.service runs already");
  assert.equal(await actIn(place, "stop_service", "napper"), "exit 0: napper does not run");
  assert.equal(await actIn(place, "stop_service", "napper"), "exit 0: napper does not run");
  assert.match(await actIn(place, "stop_service", "mistyped"), /^exit 3: needs systemd or \/etc\/init\.d\/mistyped/);
  const stopOf = (body: string): Promise<string> => {
    writeScript(folder, "odd", body);
    return actIn(place, "stop_service", "-t", "1", "odd");
  };
  const failed = "exit 1: the script of odd failed to stop it (code";
  assert.equal(await stopOf("exit 4"), `${failed} 4)`);
  /** It has no \`status\`: it prints its usage, and 3 or 1 would say that it does not run. */
  for (const code of [1, 3]) {
    assert.equal(await stopOf(`case $1 in stop) exit 0 ;; *) exit ${code} ;; esac`), "exit 0: odd does not run");
    assert.equal(await stopOf(`case $1 in stop) exit 5 ;; *) exit ${code} ;; esac`), `${failed} 5)`);
  }
  const says = "exit 0: odd was stopped, as its script says";
  assert.equal(await stopOf("case $1 in stop) exit 0 ;; *) exit 64 ;; esac"), says);
  assert.equal(await stopOf("exit 0"), "exit 1: odd still runs");
});

/**
 * What systemctl answers is known; this stands in for it, because systemd is not what runs in a container. The state of each
 * unit stands in a file. `postgresql.service` is as Debian's: it has no process, and its instance is told to stop with it,
 * takes two looks for that, and is started by nothing but its own name while the unit itself is active.
 */
void test("by systemd, as systemctl answers", { skip }, async (context) => {
  const folder = makeFolder(context, 0o755);
  const is = (unit: string, state: string): void => writeFileSync(join(folder, `${unit}.state`), state);
  const state = (unit: string): string => readFileSync(join(folder, `${unit}.state`), "utf8").trim();
  const instance = "postgresql@15-main.service";
  const active = `cat $unit.state; [ $(cat $unit.state) != deactivating ] || mv ${instance}.next $unit.state`;
  const properties = [
    "LoadState) if [ -e $unit.state ]; then echo loaded; else echo not-found; fi ;;",
    "RemainAfterExit) if [ $unit = postgresql.service ]; then echo yes; else echo no; fi ;;",
    `ConsistsOf) if [ $unit = postgresql.service ]; then echo ${instance} $(cat parts); else echo app-helper.service; fi ;;`,
    "ConditionResult) if [ $unit = keyless.service ]; then echo no; else echo yes; fi ;;",
    `ActiveState) ${active} ;;`,
  ];
  const start =
    "case $unit in keyless.service) continue ;; bad.service) echo 'Job failed, see journalctl' >&2; exit 1 ;; esac; echo active >$unit.state";
  const stopParts = `echo deactivating >${instance}.state; echo inactive >${instance}.next`;
  const stop = `echo inactive >$unit.state; [ $unit != postgresql.service ] || { ${stopParts}; }`;
  writeScript(
    folder,
    "systemctl",
    `cd ${folder}; command=$1 property=\${4-}; while [ "$1" != -- ]; do shift; done; shift
    for unit; do case $command in start) ${start} ;; stop) ${stop} ;; show) case $property in ${properties.join(" ")} esac ;; esac; done`,
  );
  const place = { folder, isSystemd: true };
  writeFileSync(join(folder, "parts"), "");
  is("db.service", "inactive");
  assert.equal(await actIn(place, "start_service", "db.service"), "exit 0: db.service runs");
  assert.equal(await actIn(place, "start_service", "db.service"), "exit 0: db.service runs already");
  assert.equal(await actIn(place, "stop_service", "db.service"), "exit 0: db.service does not run");
  assert.equal(await actIn(place, "stop_service", "db.service"), "exit 0: db.service does not run");
  is("bad.service", "failed");
  assert.match(await actIn(place, "start_service", "-t", "1", "bad.service"), /^exit 1: Job failed, see journalctl\n/);
  assert.equal(await actIn(place, "stop_service", "ghost.service"), "exit 2: there is no unit ghost.service");

  is("postgresql.service", "active");
  is(instance, "inactive");
  assert.equal(await actIn(place, "start_service", "postgresql.service"), "exit 0: postgresql.service runs");
  assert.equal(state(instance), "active");
  assert.equal(await actIn(place, "start_service", "postgresql.service"), "exit 0: postgresql.service runs already");
  assert.equal(
    await actIn(place, "stop_service", "-t", "1", "postgresql.service"),
    "exit 1: postgresql.service still runs",
  );
  is("postgresql.service", "active");
  is(instance, "active");
  assert.equal(await actIn(place, "stop_service", "postgresql.service"), "exit 0: postgresql.service does not run");
  assert.equal(state(instance), "inactive");

  writeFileSync(join(folder, "parts"), "keyless.service");
  is("keyless.service", "inactive");
  assert.equal(await actIn(place, "start_service", "postgresql.service"), "exit 0: postgresql.service runs");
  is("keyless.service", "failed");
  assert.match(await actIn(place, "start_service", "-t", "1", "postgresql.service"), /does not run$/);
});
