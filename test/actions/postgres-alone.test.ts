/**
 * What demote_postgres and rejoin_postgres make of a data directory's state, in any locale, and what they leave when they
 * are ended half way. The server's programs are stand-ins that print what the real ones print and keep a list of calls:
 * the states and the moments cannot be had of a real server at will. With real servers: postgres.test.ts.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { makeFolder, writeScript } from "../checks/folder.ts";
import { act, pathOf } from "../checks/script.ts";
import { lastAnswer } from "./server.ts";

interface Place {
  readonly data: string;
  readonly bin: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: string;
  /** What the stand-ins were called with, a line each. */
  readonly calls: () => string;
}

/** A data directory in a state, and the programs of a server of version 99, on a host that speaks German. */
function makePlace(context: TestContext, state: string): Place {
  const folder = makeFolder(context, 0o755);
  const [data, bin, calls] = [join(folder, "data"), join(folder, "bin"), join(folder, "calls")];
  mkdirSync(data, { mode: 0o700 });
  mkdirSync(bin);
  writeFileSync(calls, "");
  writeFileSync(join(data, "PG_VERSION"), "99\n");
  writeFileSync(join(data, "postgresql.conf"), "port = 1\n");
  writeFileSync(join(data, "postgresql.auto.conf"), "primary_slot_name = 'own'\nprimary_conninfo = 'host=old'\n");
  const german = "echo 'Datenbank-Cluster-Status:   im Archiv-Wiederherstellungsmodus'";
  const english = `echo 'Database cluster state:               ${state}'`;
  writeScript(bin, "pg_controldata", `case \${LC_ALL:-$LANG} in C) ${english} ;; *) ${german} ;; esac`);
  const slot = `*pg_create_physical*) made=\${*#*_slot(} && echo "slot \${made%%,*}" >>${calls}`;
  writeScript(bin, "psql", `case $* in *pg_is_in_recovery*) echo f ;; ${slot} ;; esac`);
  const ownSlot = `*"-C primary_slot_name") sed -n "s/^primary_slot_name = '\\(.*\\)'/\\1/p" ${data}/postgresql.auto.conf`;
  writeScript(bin, "postgres", `case $* in *--single*) echo recovery >>${calls} ;; ${ownSlot} ;; esac`);
  writeScript(bin, "pg_rewind", `echo rewind >>${calls}; rm -f ${data}/standby.signal`);
  const stop = `read -r pid <${data}/postmaster.pid; kill $pid; while kill -0 $pid 2>/dev/null; do sleep 0.02; done`;
  writeScript(
    bin,
    "pg_ctl",
    `echo "pg_ctl $5 $6" >>${calls}; [ ! -e ${bin}/is-slow ] || [ $6 != fast ] || exit 1; ${stop}`,
  );
  return {
    data,
    bin,
    env: { LC_ALL: "", LANG: "de_DE.UTF-8", PATH: `${bin}:${process.env["PATH"] ?? ""}` },
    signal: join(data, "standby.signal"),
    calls: () =>
      readFileSync(calls, "utf8")
        .replaceAll(/^psql .*checkpoint.*\n/gm, "")
        .trim(),
  };
}

const rejoin = ({ data, env }: Place): Promise<string> => act("rejoin_postgres", ["-D", data, "host=new"], { env });

const well = "exit 0: it will follow the new primary when it is started";
const states: readonly { readonly state: string; readonly calls: string; readonly want: string }[] = [
  { state: "in archive recovery", calls: "slot 'own'", want: well },
  { state: "shut down", calls: "slot 'own'\nrewind", want: well },
  { state: "shut down in recovery", calls: "slot 'own'\nrewind", want: well },
  { state: "in production", calls: "slot 'own'\nrecovery\nrewind", want: well },
  { state: "in crash recovery", calls: "slot 'own'\nrecovery\nrewind", want: well },
  { state: "shutting down", calls: "slot 'own'\nrecovery\nrewind", want: well },
  {
    state: "unrecognized status code",
    calls: "slot 'own'",
    want: "exit 1: what pg_controldata says of DATA is not understood: unrecognized status code",
  },
  { state: "", calls: "slot 'own'", want: "exit 1: what pg_controldata says of DATA is not understood:" },
];

for (const { state, calls, want } of states) {
  void test(`rejoin_postgres of a data directory that is "${state}", in German`, async (context) => {
    const place = makePlace(context, state);
    assert.equal((await rejoin(place)).replaceAll(place.data, "DATA"), want);
    assert.equal(place.calls(), calls);
    assert.ok(existsSync(place.signal));
  });
}

const stopped = "exit 0: it is stopped, and will be a standby";
const running: readonly {
  readonly state: string;
  /** A fast shutdown takes too long. */
  readonly isSlow?: boolean;
  readonly words?: readonly string[];
  readonly calls: string;
  readonly want: string;
}[] = [
  { state: "in archive recovery", calls: "", want: "exit 0: it is a standby" },
  { state: "in production", calls: "pg_ctl -m fast", want: stopped },
  { state: "in crash recovery", calls: "pg_ctl -m fast", want: stopped },
  {
    state: "in production",
    isSlow: true,
    calls: "pg_ctl -m fast\npg_ctl -m immediate",
    want: "exit 1: it is stopped, but at once: its standbys may not have got all, which is only here (-i)",
  },
  { state: "in production", isSlow: true, words: ["-i"], calls: "pg_ctl -m fast\npg_ctl -m immediate", want: stopped },
  {
    state: "unrecognized status code",
    calls: "",
    want: "exit 1: it runs, and what pg_controldata says of it is not understood: unrecognized status code",
  },
];

for (const { state, isSlow = false, words = [], calls, want } of running) {
  const name = `a${isSlow ? " slow" : ""} server that is "${state}"`;
  void test(["demote_postgres", ...words, "of", name, "in German"].join(" "), async (context) => {
    const place = makePlace(context, state);
    if (isSlow) writeFileSync(join(place.bin, "is-slow"), "");
    /** Its name is what matters of it. */
    const script = writeScript(makeFolder(context), "postgres", "read -r _");
    const server = spawn(script, { stdio: ["pipe", "ignore", "ignore"] });
    const ended = once(server, "exit");
    await lastAnswer(() => Promise.resolve(readFileSync(`/proc/${server.pid}/comm`, "utf8")), /postgres/);
    writeFileSync(join(place.data, "postmaster.pid"), `${server.pid}\n`);
    assert.equal(await act("demote_postgres", ["-D", place.data, ...words], { env: place.env }), want);
    assert.equal(place.calls(), calls);
    server.stdin.end();
    await ended;
  });
}

for (const moment of ["recovery", "rewind"]) {
  void test(`rejoin_postgres is out of time in its ${moment}: what it leaves is a standby`, async (context) => {
    const place = makePlace(context, "in production");
    const program = moment === "recovery" ? "postgres" : "pg_rewind";
    const reached = join(place.bin, "reached");
    /** As PostgreSQL in a recovery: it does not hear that it should end. */
    const hangs = `rm -f ${place.signal}; trap '' TERM; : >${reached}; while :; do sleep 1; done`;
    writeScript(place.bin, program, moment === "recovery" ? `case $* in *--single*) ${hangs} ;; esac` : hangs);
    const words = ["-D", place.data, "host=new"];
    const env = { ...process.env, ...place.env };
    const action = spawn(pathOf("actions", "rejoin_postgres"), words, { detached: true, stdio: "ignore", env });
    await lastAnswer(() => Promise.resolve(String(existsSync(reached))), /true/);
    assert.ok(!existsSync(place.signal));
    assert.ok(action.pid !== undefined);
    const ended = once(action, "exit", { signal: AbortSignal.timeout(20_000) });
    process.kill(-action.pid, "SIGTERM");
    try {
      assert.deepEqual(await ended, [143, null]);
      assert.ok(existsSync(place.signal));
    } finally {
      process.kill(-action.pid, "SIGKILL");
    }
  });
}

void test("rejoin_postgres: what an attempt that failed has kept is put back, if it is of this folder", async (context) => {
  const place = makePlace(context, "shut down");
  const kept = `${place.data}.failoverd-kept`;
  const settings = join(place.data, "postgresql.conf");
  const rewinds = `rm -f ${place.signal}; echo 'port = 2' >${settings}`;
  const failing = async (): Promise<void> => {
    writeScript(place.bin, "pg_rewind", `${rewinds}; exit 1`);
    assert.match(await rejoin(place), new RegExp(`^exit 1: pg_rewind failed; .*${kept}`));
    assert.equal(readFileSync(settings, "utf8"), "port = 2\n");
    assert.equal(readFileSync(join(kept, "postgresql.conf"), "utf8"), "port = 1\n");
  };
  await failing();
  await failing();
  writeScript(place.bin, "pg_rewind", rewinds);
  assert.equal(await rejoin(place), well);
  assert.match(readFileSync(settings, "utf8"), /^port = 1$/m);
  assert.ok(!existsSync(kept));

  await failing();
  /** As the message advises, but for the folder of what was kept; and the folder beside it takes no place of the old one. */
  mkdirSync(`${place.data}.beside`);
  rmSync(place.data, { recursive: true });
  mkdirSync(place.data, { mode: 0o700 });
  writeFileSync(join(place.data, "PG_VERSION"), "99\n");
  writeFileSync(settings, "port = 3\n");
  writeFileSync(join(place.data, "postgresql.auto.conf"), "");
  writeScript(place.bin, "pg_rewind", "");
  assert.equal(await rejoin(place), well);
  assert.match(readFileSync(settings, "utf8"), /^port = 3$/m);
  assert.ok(!existsSync(kept));
});

const slots: readonly { readonly words: readonly string[]; readonly calls: string; readonly want: string }[] = [
  { words: [], calls: "slot 'own'\nrewind", want: "primary_slot_name = 'own'\nprimary_conninfo = 'host=new'\n" },
  {
    words: ["-S", "other"],
    calls: "slot 'other'\nrewind",
    want: "primary_conninfo = 'host=new'\nprimary_slot_name = 'other'\n",
  },
];

for (const { words, calls, want } of slots) {
  void test(`rejoin_postgres ${words.join(" ")}: which slot`, async (context) => {
    const place = makePlace(context, "shut down");
    assert.equal(await act("rejoin_postgres", ["-D", place.data, ...words, "host=new"], { env: place.env }), well);
    assert.equal(place.calls(), calls);
    assert.equal(readFileSync(join(place.data, "postgresql.auto.conf"), "utf8"), want);
  });
}
