/**
 * A typing error is no news of the host: an option without its value, one that there is not, a value that is none of its
 * kind. The check is unknown, and names the option.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";
import { makeFolder, writeScript } from "./folder.ts";
import { ask, run, scriptsIn } from "./script.ts";

for (const path of scriptsIn("checks")) {
  const name = basename(path);
  const [, letters] = /^while getopts :(\S+) option; do$/m.exec(readFileSync(path, "utf8")) ?? [];
  if (letters === undefined) continue;

  void test(`${name}: an option without its value is named`, async () => {
    for (const [, letter] of letters.matchAll(/(\w):/g)) {
      const { code, stdout, stderr } = await run([path, `-${letter}`]);
      assert.equal(`${code} ${stdout}${stderr}`, `3 UNKNOWN - -${letter} needs a value, see ${name} --help\n`);
    }
  });

  /** What stands behind `--` is for redis-cli. */
  if (name === "check_redis_role") continue;
  void test(`${name}: a word without its option is not left out`, async () => {
    assert.equal(await ask(name, ["10.0.0.1"]), `exit 3: UNKNOWN - takes options only, see ${name} --help`);
  });
}

interface Option {
  readonly check: string;
  /** What stands before the option, so that nothing else is wrong. */
  readonly words: readonly string[];
  readonly option: string;
  readonly values: readonly string[];
  readonly wants: string;
}

const noSeconds = ["x", "0", "0.0", "", "-1", "1.2.3", "1s", "2,5", "99999999"];
const noWholeSeconds = ["x", "0", "0.5", "", "-1", "3s"];
const noPort = ["abc", "0", "65536", "99999", "83633", "-1", "", "5432 ", "1e3"];

const url = ["-u", "http://127.0.0.1:1/"];
const options: readonly Option[] = [
  ...["check_address_events", "check_file_events", "check_link_events", "check_log_events"].map((check) => ({
    check,
    words: { check_address_events: ["-a", "10.0.0.1"], check_link_events: ["-i", "lo"] }[check] ?? [
      "-f",
      "/etc/passwd",
    ],
    option: "-n",
    values: noSeconds,
    wants: "seconds, such as 3",
  })),
  {
    check: "check_log_events",
    words: ["-f", "/etc/passwd", "-c", "x"],
    option: "-r",
    values: ["x", "", "1m", "-1"],
    wants: "whole seconds, such as 60, or 0",
  },
  {
    check: "check_file_events",
    words: ["-f", "/etc/passwd"],
    option: "-a",
    values: ["CRITCAL"],
    wants: "MASTER, SLAVE, OK, WARNING, CRITICAL, DOWN or UNKNOWN, and not CRITCAL",
  },
  { check: "check_gateway", words: [], option: "-c", values: ["x", "0", ""], wants: "a whole number, such as 2" },
  { check: "check_gateway", words: ["-a", "127.0.0.1"], option: "-t", values: noSeconds, wants: "seconds, such as 1" },
  { check: "check_http_answer", words: url, option: "-t", values: noSeconds, wants: "seconds, such as 5" },
  {
    check: "check_http_answer",
    words: url,
    option: "-e",
    values: ["20O", "2000", "20", "200,30", "200 301", "2xx"],
    wants: "statuses, such as 200,301",
  },
  {
    check: "check_tcp_answer",
    words: ["-H", "127.0.0.1", "-p", "1"],
    option: "-t",
    values: noSeconds,
    wants: "seconds, such as 2",
  },
  {
    check: "check_tcp_answer",
    words: ["-H", "127.0.0.1"],
    option: "-p",
    values: noPort.filter((port) => port !== ""),
    wants: "a port, from 1 to 65535",
  },
  { check: "check_pgsql_role", words: [], option: "-p", values: noPort, wants: "a port, from 1 to 65535" },
  { check: "check_pgsql_role", words: [], option: "-t", values: noWholeSeconds, wants: "whole seconds, such as 3" },
  { check: "check_redis_role", words: [], option: "-p", values: noPort, wants: "a port, from 1 to 65535" },
  {
    check: "check_mysql_role",
    words: [],
    option: "-P",
    values: noPort.filter((port) => port !== ""),
    wants: "a port, from 1 to 65535",
  },
  { check: "check_mysql_role", words: [], option: "-t", values: noWholeSeconds, wants: "whole seconds, such as 3" },
  { check: "check_process", words: [], option: "-f", values: ["x.pid"], wants: "a file, from / on" },
];

for (const { check, words, option, values, wants } of options) {
  void test(`${check} ${option} takes ${wants}`, async () => {
    for (const value of values)
      assert.equal(await ask(check, [...words, option, value]), `exit 3: UNKNOWN - ${option} takes ${wants}`, value);
  });
}

const thresholds: Readonly<Record<string, { readonly values: readonly string[]; readonly wants: string }>> = {
  check_load1: { values: ["much", "1,5", "1.2.3", ".", ""], wants: "numbers, such as 1.5" },
  check_process: { values: ["some", "1,5", "1.5", ""], wants: "whole numbers, such as 1" },
  check_space: { values: ["10GB", "5,5", "5.5", ""], wants: "whole percentages, such as 10%" },
};

for (const [check, { values, wants }] of Object.entries(thresholds)) {
  void test(`${check}: -w and -c take ${wants}`, async () => {
    for (const value of values) {
      for (const option of ["-w", "-c"])
        assert.equal(await ask(check, [option, value]), `exit 3: UNKNOWN - -w and -c take ${wants}`, value);
    }
  });
}

const addresses = ["default", "any", "10.50", "127.1", "10.0.0.1/24/1", "10.0.0.1/", "10.0.0.1/x", "lo", "fe80::1%lo"];

for (const check of ["check_address", "check_address_events"]) {
  void test(`${check} -a takes one address`, async () => {
    for (const address of addresses) {
      const want = `exit 3: UNKNOWN - -a takes one address, such as 10.0.0.10, and not ${address}`;
      assert.equal(await ask(check, ["-a", address, "-r"]), want);
    }
  });
}

/** What has no sentence of this kind: something that has to be there, and what a program says of its own options. */
const others: readonly (readonly [check: string, words: readonly string[], want: RegExp])[] = [
  ["check_gateway", ["-i", "nope0"], /^exit 3: UNKNOWN - there is no interface nope0$/],
  [
    "check_http_answer",
    ["-u", "htp://127.0.0.1/"],
    /^exit 3: UNKNOWN - htp:\/\/127\.0\.0\.1\/ cannot be asked for: .*htp/,
  ],
  ["check_http_answer", ["-u", "http://127.0.0.1:99999/"], /^exit 3: UNKNOWN - http:\S+ cannot be asked for: /],
  ["check_mounted", ["-p", "srv"], /^exit 3: UNKNOWN - needs -p PATH, from \/ on, see check_mounted --help$/],
  ["check_unit", ["a", "b"], /^exit 3: UNKNOWN - needs one UNIT, see check_unit --help$/],
  ["check_drbd_role", ["a", "b"], /^exit 3: UNKNOWN - needs one RESOURCE, see check_drbd_role --help$/],
];

for (const [check, words, want] of others)
  void test(`${check} ${words.join(" ")}`, async () => assert.match(await ask(check, words), want));

/** Programs that say so stand in for clients that may not be installed. */
const clients: readonly {
  readonly check: string;
  readonly client: string;
  readonly says: string;
  readonly words: readonly string[];
  readonly want: string;
}[] = [
  {
    check: "check_mysql_role",
    client: "mariadb",
    says: "a login is not looked at",
    words: ["-f", "/nope"],
    want: "the option file /nope cannot be read",
  },
  {
    check: "check_mysql_role",
    client: "mariadb",
    says: "mariadb: unknown variable 'pasword=x'",
    words: [],
    want: "mariadb: unknown variable 'pasword=x'",
  },
  {
    check: "check_redis_role",
    client: "redis-cli",
    says: "Unrecognized option or bad number of args for: '--tsl'",
    words: ["--", "--tsl"],
    want: "Unrecognized option or bad number of args for: '--tsl'",
  },
];

for (const { check, client, says, words, want } of clients) {
  void test(`${check}: ${says}`, async (context) => {
    const folder = makeFolder(context);
    writeScript(folder, client, `echo "${says}"; exit 1`);
    const env = { PATH: `${folder}:${process.env["PATH"] ?? ""}` };
    assert.equal(await ask(check, words, { env }), `exit 3: UNKNOWN - ${want}`);
  });
}
