/**
 * The configurations that the worlds run: conf texts through the real language. Each has variants, of which the first is
 * what a world begins with; the others are what an operator changes it to, and back.
 */
import { readConfiguration } from "../../src/language/read-configuration.ts";
import type { AgentMetadata, Surroundings } from "../../src/language/surroundings.ts";
import type { Configuration } from "../../src/core/configuration.ts";

export interface RuleSet {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly variants: readonly Configuration[];
  /** Somebody else promotes the slave when the master is gone; the daemon only follows. */
  readonly isFollower: boolean;
  /** Passive checks that are reported from outside, with their host. */
  readonly passive: readonly { readonly check: string; readonly host: string }[];
}

interface Texts {
  readonly checks: string;
  readonly actions: string;
}

const agent: AgentMetadata = {
  name: "fence_sim",
  parameters: [
    { name: "plug", isRequired: true, default: null },
    { name: "action", isRequired: true, default: "reboot" },
  ],
  actions: ["on", "off", "reboot", "status", "metadata"],
};

/** Every script is there. */
const surroundings: Surroundings = {
  localHost: "witness",
  findScript: (folder, word) => ({ kind: "found", path: `/opt/failoverd/${folder}/${word}` }),
  scriptNames: () => [],
  userExists: () => true,
  findFenceAgent: (word) => ({ kind: "found", path: `/usr/sbin/${word}` }),
  fenceAgent: () => agent,
  ocfAgent: () => null,
  ocfPlaces: { toolsFolder: "/", stateFolder: "/", temporaryFolder: "/", searchPath: "/bin" },
  findSecret: (file) => ({ kind: "found", path: `/opt/failoverd/conf/${file}` }),
};

function read({ checks, actions }: Texts): Configuration {
  const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
  const { configuration, complaints } = readConfiguration(
    {
      checks: { name: "checks.conf", bytes: bytesOf(checks) },
      actions: { name: "actions.conf", bytes: bytesOf(actions) },
    },
    surroundings,
  );
  if (configuration === null) throw new Error(complaints.map(({ line, message }) => `${line}: ${message}`).join("\n"));
  return configuration;
}

const two = ["host1", "host2"];
const three = ["host1", "host2", "host3"];

function checksOf(hosts: readonly string[], options: string): string {
  return `[local]\n{ ${options} }\n${hosts.map((host) => `check_db ${host} { as db, for ${host} }\n`).join("")}`;
}

const disk = "check_disk { every 5m, advisory, for host1 }\n";

/** The first two files that an operator writes, as they stand in the README. Here another program promotes. */
const seed: readonly Texts[] = ["every 30s", "every 15s, stale 2m"].map((options) => ({
  checks: `[local]\n{ ${options} }\ncheck_db_host1\ncheck_db_host2\n`,
  actions: "[slave_to_master]\nstopservice1\nunplumb\nplumb %MASTER%\nstartservice1\n",
}));

const fences = (hosts: readonly string[], second: string): string =>
  hosts
    .map(
      (host) => `[fence ${host}]\nfence_sim plug=${host} { timeout 15s, retry 1 }\n${second.replaceAll("HOST", host)}`,
    )
    .join("");

const after = `[split_brain]
tell "split brain, %HOST% is the younger"
[on_failure]
tell "%RULE% failed in run %RUN%"
`;

const notified = "[notify]\ntell_people { timeout 20s }\n";

/** A closed loop: fenced, promoted, expected, undone. */
const failover = (extra: string, cooldown: string): string => `[vars]
VIP = 10.0.0.10
[rule primary_lost]
when %MASTER% is critical or down for 20s
if %SLAVE% is slave and lag of %SLAVE% < 64MB
{ cooldown ${cooldown}, limit 4 per 1d }
fence %MASTER% { timeout 60s, retry 1 }
promote %SLAVE% { expect %SLAVE% is master within 90s, timeout 20s, undo "demote %SLAVE%" }
plumb %SLAVE% %VIP% { undo "unplumb %SLAVE%", retry 2 }
verify %SLAVE% { retry 1 }
tell "%MASTER% lost, %SLAVE% took over" { on failure continue }
${extra}${after}${notified}${fences(two, "fence_spare plug=HOST { timeout 20s }\n")}`;

const closedLoop: readonly Texts[] = [
  { checks: checksOf(two, "every 30s, retry 10s, timeout 6s, fall 3") + disk, actions: failover("", "5m") },
  { checks: checksOf(two, "every 20s, timeout 5s, fall 2"), actions: failover("", "10m") },
  {
    checks: checksOf(two, "every 12s, timeout 4s, fall 3"),
    actions: failover("[rule old_master_lies]\nwhen any host is conflict for 1m\ntell conflict\n", "5m"),
  },
];

/** Steps that must not be started twice, and steps whose failure does not matter. */
const careful: readonly Texts[] = ["25s", "10s"].map((every) => ({
  checks: checksOf(two, `every ${every}, timeout 3s, rise 2, fall 2, retry 4s`),
  actions: `[rule primary_lost]
when %MASTER% is critical or down for 15s
if %SLAVE% is slave
{ cooldown 2m, limit 2 per 2h }
fence %MASTER%
promote %SLAVE% { once, timeout 30s }
plumb %SLAVE% { once, undo "unplumb %SLAVE%" }
record_switch { on failure continue }
tell "run %RUN% with checks every ${every}"
${after}${fences(two, "manual\n")}`,
}));

/** Edges and levels beside one another; three hosts; nobody is fenced. */
const edges: readonly Texts[] = ["30s", "45s"].map((time) => ({
  checks: checksOf(three, `every ${time}, timeout 4s, fall 2`),
  actions: `[master_to_critical]
{ cooldown 1m }
unplumb %HOST% { on failure continue, timeout 5s }
demote %HOST% { on failure continue, timeout 5s }
[master_to_down]
unplumb %HOST% { on failure continue }
[rule no_master]
when all hosts are not master for ${time}
if count of hosts is slave >= 1
promote %SLAVE% { undo "demote %SLAVE%" }
plumb %SLAVE% { expect %SLAVE% is master within 1m, undo "unplumb %SLAVE%" }
[any_to_master]
tell "%HOST%: %FROM% to %TO%"
[slave_to_master]
{ cooldown 30s }
unplumb
plumb %MASTER%
${after}${notified}`,
}));

/** One check that reports on every host, residents, and what others report. */
const reports: readonly Texts[] = ["25s", "12s"].map((every) => ({
  checks: `[local]
check_cluster { as db, every ${every}, timeout 5s, dialect report, fall 2, for host1 }
watch_db host1 { as seen, for host1, resident, advisory, stale 45s }
watch_db host2 { as seen, for host2, resident, advisory, stale 45s }
[passive]
backup { for host2, stale 10m, advisory }
`,
  actions: `[rule primary_lost]
when %MASTER% is critical or down for 10s and not seen on %MASTER% is master
if %SLAVE% is slave and backup on host2 is ok
{ cooldown 1m }
fence %MASTER% { timeout 45s }
promote %SLAVE%
plumb %SLAVE% { retry 1, undo "unplumb %SLAVE%" }
[critical_to_ok of backup]
tell "backup is back"
${after}${fences(two, "")}`,
}));

export const ruleSets: readonly RuleSet[] = [
  { name: "seed", hosts: two, variants: seed.map(read), isFollower: true, passive: [] },
  { name: "closed loop", hosts: two, variants: closedLoop.map(read), isFollower: false, passive: [] },
  { name: "once", hosts: two, variants: careful.map(read), isFollower: false, passive: [] },
  { name: "edges", hosts: three, variants: edges.map(read), isFollower: false, passive: [] },
  {
    name: "reports",
    hosts: two,
    variants: reports.map(read),
    isFollower: false,
    passive: [{ check: "backup", host: "host2" }],
  },
];
