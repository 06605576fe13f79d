/** What checks.conf means: a line in, a check out. And what a word is. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { assertHas, read } from "./meaning.ts";
import type { Check } from "../../src/core/configuration.ts";

function firstCheck(line: string): Check | undefined {
  return read(line.startsWith("[") ? line : `[local]\n${line}\n`, "").checks[0];
}

const checkRows: readonly { readonly name: string; readonly given: string; readonly want: object }[] = [
  {
    name: "defaults",
    given: "check_a",
    want: {
      key: "check_a on host1",
      host: "host1",
      dialect: "plugin",
      rise: 1,
      fall: 3,
      staleAfterMs: 20_000,
      isAdvisory: false,
    },
  },
  {
    name: "every, and what follows from it",
    given: "check_a { every 2m }",
    want: {
      staleAfterMs: 420_000,
      run: {
        kind: "scheduled",
        program: { argv: ["/opt/failoverd/checks/check_a"], env: {}, user: null },
        everyMs: 120_000,
        retryMs: 120_000,
        timeoutMs: 60_000,
      },
    },
  },
  {
    name: "retry, stale, rise, fall",
    given: "check_a { retry 1s, stale 1m, rise 2, fall 5 }",
    want: { staleAfterMs: 60_000, rise: 2, fall: 5 },
  },
  {
    name: "as and for",
    given: "check_a { as b, for db7, advisory }",
    want: { key: "b on db7", name: "b", host: "db7", isAdvisory: true },
  },
  { name: "for local", given: "check_db_host2 { for local }", want: { host: "host1" } },
  {
    name: "a variable may have any name",
    given: "check_events { resident, env __proto__=1 constructor=2 }",
    want: {
      run: {
        kind: "resident",
        program: {
          argv: ["/opt/failoverd/checks/check_events"],
          env: { ["__proto__"]: "1", constructor: "2" },
          user: null,
        },
      },
    },
  },
  {
    name: "its environment adds to the section's",
    given: "{ env A=1 B=1, rise 2 }\ncheck_events { resident, env B=2, rise 3 }",
    want: {
      rise: 3,
      run: {
        kind: "resident",
        program: { argv: ["/opt/failoverd/checks/check_events"], env: { A: "1", B: "2" }, user: null },
      },
    },
  },
  { name: "the name's ending is a numbered host", given: "check_db_host12", want: { host: "host12" } },
  { name: "the name's ending is no host", given: "check_db_hosts", want: { host: "host1" } },
  { name: "the section's for is for all", given: "{ for db9 }\ncheck_db_host2", want: { host: "db9" } },
  {
    name: "the longest ending that is a host",
    given: "check_x_db_a\ncheck_y { for db_a }\ncheck_z { for a }",
    want: { host: "db_a" },
  },
  { name: "a path keeps its base name", given: "/usr/lib/check_tcp -H x", want: { name: "check_tcp" } },
  {
    name: "resident",
    given: "check_events { resident, user postgres, env A=1 B=2, env C='x y' }",
    want: {
      staleAfterMs: 30_000,
      run: {
        kind: "resident",
        program: { argv: ["/opt/failoverd/checks/check_events"], env: { A: "1", B: "2", C: "x y" }, user: "postgres" },
      },
    },
  },
  {
    name: "passive",
    given: "[passive]\nagent { dialect report }\n",
    want: { host: "host1", dialect: "report", staleAfterMs: 300_000, run: { kind: "passive" } },
  },
  {
    name: "a resource agent",
    given: "ocf:heartbeat:pgsql pgdata=/srv/pg 'start_opt=-c a=b' { every 10s, timeout 4s, env PATH=/bin }",
    want: {
      name: "pgsql",
      dialect: "ocf",
      isPromotable: true,
      run: {
        kind: "scheduled",
        program: {
          argv: ["/usr/lib/ocf/resource.d/heartbeat/pgsql", "monitor"],
          env: {
            OCF_ROOT: "/usr/lib/ocf",
            OCF_RA_VERSION_MAJOR: "1",
            OCF_RA_VERSION_MINOR: "1",
            OCF_RESOURCE_INSTANCE: "pgsql",
            OCF_RESOURCE_TYPE: "pgsql",
            OCF_RESOURCE_PROVIDER: "heartbeat",
            OCF_CHECK_LEVEL: "0",
            OCF_RESKEY_CRM_meta_interval: "10000",
            OCF_RESKEY_CRM_meta_timeout: "4000",
            OCF_RESKEY_CRM_meta_on_node: "host1",
            OCF_RESKEY_CRM_meta_promotable: "true",
            OCF_RESKEY_CRM_meta_promoted_max: "1",
            OCF_RESKEY_CRM_meta_promoted_node_max: "1",
            OCF_RESKEY_CRM_meta_master_max: "1",
            OCF_RESKEY_CRM_meta_master_node_max: "1",
            OCF_RESKEY_CRM_meta_clone_max: "1",
            OCF_RESKEY_CRM_meta_clone_node_max: "1",
            OCF_RESKEY_CRM_meta_globally_unique: "false",
            HA_SBIN_DIR: "/opt/failoverd/lib/ocf",
            HA_RSCTMP: "/run/resource-agents",
            FAILOVERD_OCF_STATE: "/opt/failoverd/var/ocf",
            FAILOVERD_LOCAL_HOST: "host1",
            OCF_RESKEY_pgdata: "/srv/pg",
            OCF_RESKEY_start_opt: "-c a=b",
            PATH: "/bin",
          },
          user: null,
        },
        everyMs: 10_000,
        retryMs: 10_000,
        timeoutMs: 4_000,
      },
    },
  },
];

for (const { name, given, want } of checkRows) {
  void test(`a check: ${name}`, () => assertHas(firstCheck(given), want));
}

const wordRows: readonly { readonly given: string; readonly want: readonly string[] }[] = [
  { given: "a  b\tc", want: ["a", "b", "c"] },
  { given: `"a b" 'c d' "" ''`, want: ["a b", "c d", "", ""] },
  { given: `a"b c"d'e f'`, want: ["ab cde f"] },
  { given: `"say ""hello""" 'it''s'`, want: ['say "hello"', "it's"] },
  { given: "10% 10%% %% 5%-7% %1% %", want: ["10%", "10%", "%", "5%-7%", "%1%", "%"] },
  {
    given: `%LOCAL% x%LOCAL%y "%LOCAL%" '%LOCAL%' '%%' %%LOCAL%%`,
    want: ["host1", "xhost1y", "host1", "%LOCAL%", "%%", "%LOCAL%"],
  },
  { given: `a#b '#' c=d [x] ; $HOME *`, want: ["a#b", "#", "c=d", "[x]", ";", "$HOME", "*"] },
  { given: `"a\\b" '\\d+'`, want: ["a\\b", "\\d+"] },
  { given: "a \\\n  b \\\t\n c # comment", want: ["a", "b", "c"] },
  { given: "a,b (c) <d>", want: ["a,b", "(c)", "<d>"] },
  { given: "Jörg 日本", want: ["Jörg", "日本"] },
];

for (const { given, want } of wordRows) {
  void test(`words: ${given}`, () => {
    const check = firstCheck(`check_a ${given}`);
    assert.deepEqual(check?.run.kind === "scheduled" ? check.run.program.argv.slice(1) : [], want);
  });
}

void test("hosts are in the order of their first check, and the fingerprint follows the text", () => {
  const checks = "[local]\ncheck_a { for b }\ncheck_b { for a }\ncheck_c { for b }\n";
  const one = read(checks, "");
  assert.deepEqual(one.hosts, ["b", "a"]);
  assert.match(one.fingerprint, /^[0-9a-f]{12}$/);
  assert.equal(read(checks, "").fingerprint, one.fingerprint);
  assert.notEqual(read(`${checks}#`, "").fingerprint, one.fingerprint);
  assert.notEqual(read(checks, "#").fingerprint, one.fingerprint);
});
