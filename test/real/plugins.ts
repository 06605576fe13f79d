/**
 * Plugins of Debian's monitoring-plugins, as checks.conf has them, and what the daemon has to make of what they print. They
 * are what an operator has already, so what they do that the specification does not know stands here too: a carriage return,
 * a pipe in a text, a range that is none, a library that is not installed.
 */
import { ports } from "./banners.ts";

export interface PluginRow {
  /** The check's name. */
  readonly name: string;
  /** The line, without its folder. */
  readonly command: string;
  readonly status: string;
  readonly exit: number | null;
  /** The output, or what it has to hold. */
  readonly output: string | RegExp;
  /** `label=value unit`, a value that changes as `*`; the labels in the order in which they were printed. */
  readonly metrics?: readonly string[];
  readonly longOutput?: RegExp;
}

/** Files of the lab, written before the daemon starts. */
export const pluginFiles = {
  "it's | odd=name": "x".repeat(100),
  "app.log": "all is well\nERROR disk=full | state=1\n",
  "app.log.seen": "all is well\n",
} as const;

export const filesFolder = "/run/lab/files";

const here = "-H 127.0.0.1";
const nothing = "-p 1";

export const plugins: readonly PluginRow[] = [
  {
    name: "dummy_ok",
    command: `check_dummy 0 "all is well"`,
    status: "ok",
    exit: 0,
    output: "OK: all is well",
    metrics: [],
  },
  { name: "dummy_warning", command: "check_dummy 1", status: "warning", exit: 1, output: "WARNING", metrics: [] },
  {
    name: "dummy_code",
    command: "check_dummy 7",
    status: "unknown",
    exit: 3,
    output: "UNKNOWN: Status 7 is not a supported error state",
  },
  {
    name: "load",
    command: "check_load -w 999,999,999 -c 999,999,999",
    status: "ok",
    exit: 0,
    output: /^(LOAD )?OK - total load average: [\d.]+, [\d.]+, [\d.]+$/,
    metrics: ["load1=*", "load5=*", "load15=*"],
  },
  {
    name: "disk",
    command: "check_disk -w 1 -c 1 -p /run -p /",
    status: "ok",
    exit: 0,
    output: /^DISK OK - free space: \/run \d+/,
    metrics: ["/run=* B", "/=* B"],
  },
  {
    name: "disk_full",
    command: "check_disk -w 100% -c 100% -p /run",
    status: "critical",
    exit: 2,
    output: /^DISK CRITICAL - free space: \/run /,
    metrics: ["/run=* B"],
  },
  {
    name: "procs",
    command: "check_procs -w 1:9999",
    status: "ok",
    exit: 0,
    output: /^PROCS OK: \d+ processes$/,
    metrics: ["procs=*"],
  },
  {
    name: "procs_no_range",
    command: "check_procs -w bogus:range",
    status: "warning",
    exit: 1,
    output: /^PROCS WARNING: \d+ processes$/,
    metrics: ["procs=*"],
  },
  {
    name: "procs_empty_range",
    command: "check_procs -w 5:1",
    status: "unknown",
    exit: 3,
    output: /Range format incorrect/,
  },
  {
    name: "file_age",
    command: `check_file_age -w 3600 -c 7200 -f ${filesFolder}/app.log`,
    status: "ok",
    exit: 0,
    output: /^FILE_AGE OK: .*app\.log is \d+ seconds old and 38 bytes$/,
    metrics: ["age=* s", "size=38 B"],
  },
  {
    name: "file_age_odd",
    command: `check_file_age -w 3600 -c 7200 -f "${filesFolder}/it's | odd=name"`,
    status: "ok",
    exit: 0,
    output: /^FILE_AGE OK: .*\/it's$/,
  },
  {
    name: "log",
    command: `check_log -F ${filesFolder}/app.log -O ${filesFolder}/app.log.seen -q ERROR`,
    status: "critical",
    exit: 2,
    output: /^\(1\) < ERROR disk=full$/,
  },
  {
    name: "tcp",
    command: `check_tcp ${here} -p ${ports.raw} -e ready`,
    status: "ok",
    exit: 0,
    output: /^TCP OK - [\d.]+ second response time on 127\.0\.0\.1 port 7000 \[ready/,
  },
  {
    name: "tcp_refused",
    command: `check_tcp ${here} ${nothing}`,
    status: "critical",
    exit: 2,
    output: "connect to address 127.0.0.1 and port 1: Connection refused",
    metrics: [],
  },
  {
    name: "tcp_silent",
    command: `check_tcp ${here} -p ${ports.silent} -e hello -t 2`,
    status: "critical",
    exit: 2,
    output: "CRITICAL - Socket timeout after 2 seconds",
  },
  {
    name: "tcp_ended",
    command: `check_tcp ${here} -p ${ports.silent} -e hello -t 60  { timeout 1500ms }`,
    status: "critical",
    exit: null,
    output: /^timed out after 1\.5 s/,
  },
  {
    name: "negate_silent",
    command: `negate -T unknown -t 1 /usr/lib/nagios/plugins/check_tcp ${here} -p ${ports.silent} -e hello -t 60`,
    status: "unknown",
    exit: 3,
    output: "UNKNOWN - Plugin timed out after 1 seconds",
  },
  {
    name: "negate",
    command: "negate -o CRITICAL /usr/lib/nagios/plugins/check_dummy 0",
    status: "critical",
    exit: 2,
    output: "OK",
  },
  {
    name: "urlize",
    command: "urlize http://lab/a?b=c /usr/lib/nagios/plugins/check_dummy 1 uh",
    status: "warning",
    exit: 1,
    output: `<A href="http://lab/a?b=c">WARNING: uh</A>`,
  },
  {
    name: "http",
    command: `check_http ${here} -p ${ports.http}`,
    status: "ok",
    exit: 0,
    output: /^HTTP OK: HTTP\/1\.1 200 OK - \d+ bytes in [\d.]+ second response time$/,
    metrics: ["time=* s", "size=* B"],
  },
  {
    name: "http_busy",
    command: `check_http ${here} -p ${ports.http} -u /busy`,
    status: "critical",
    exit: 2,
    output: /^HTTP CRITICAL: HTTP\/1\.1 503 Service Unavailable/,
  },
  {
    name: "http_talkative",
    command: `check_http ${here} -p ${ports.http} -v`,
    status: "ok",
    exit: 0,
    output: /^GET \/ HTTP\/1/,
    longOutput: /STATUS: HTTP\/1\.1 200 OK[^]*performance data: skipped \d+ words/,
  },
  {
    name: "ssh",
    command: `check_ssh -p ${ports.ssh} 127.0.0.1`,
    status: "ok",
    exit: 0,
    output: /^SSH OK - lab_1\.0 \(protocol 2\.0\)/,
  },
  {
    name: "smtp",
    command: `check_smtp ${here} -p ${ports.smtp}`,
    status: "ok",
    exit: 0,
    output: /^SMTP OK - /,
    metrics: ["time=* s"],
  },
  {
    name: "ftp",
    command: `check_ftp ${here} -p ${ports.ftp}`,
    status: "ok",
    exit: 0,
    output: /^FTP OK - .*\[220 lab ready\]/,
  },
  {
    name: "imap",
    command: `check_imap ${here} -p ${ports.imap}`,
    status: "ok",
    exit: 0,
    output: /^IMAP OK - .*\[\* OK lab ready\]/,
  },
  {
    name: "pop",
    command: `check_pop ${here} -p ${ports.pop}`,
    status: "ok",
    exit: 0,
    output: /^POP OK - .*\[\+OK lab ready\]/,
  },
  {
    name: "ping",
    command: `check_ping ${here} -w 1000,50% -c 2000,90% -p 1`,
    status: "ok",
    exit: 0,
    output: /^PING OK - Packet loss = 0%, RTA = [\d.]+ ms$/,
    metrics: ["rta=* ms", "pl=0 %"],
  },
  {
    name: "icmp",
    command: `check_icmp ${here} -n 1`,
    status: "ok",
    exit: 0,
    output: /^OK - 127\.0\.0\.1: rta [\d.]+ms, lost 0%$/,
    metrics: ["rta=* ms", "pl=0 %", "rtmax=* ms", "rtmin=* ms"],
  },
  {
    name: "icmp_dead",
    command: "check_icmp -H 10.99.0.77 -n 1 -t 1",
    status: "critical",
    exit: 2,
    output: /^CRITICAL - 10\.99\.0\.77: .*100%/,
  },
  {
    name: "cluster",
    command: "check_cluster -s -l web -d 0,0,2 -c @1:2",
    status: "critical",
    exit: 2,
    output: "CLUSTER CRITICAL: web: 2 ok, 0 warning, 0 unknown, 1 critical",
  },
  {
    name: "curl_without_library",
    command: "check_curl -H 127.0.0.1",
    status: "unknown",
    exit: 127,
    output: /127.*error while loading shared libraries: liburiparser/,
  },
  {
    name: "dbi_without_library",
    command: "check_dbi -d x",
    status: "unknown",
    exit: 127,
    output: /127.*error while loading shared libraries: libdbi/,
  },
  {
    name: "time_refused",
    command: `check_time ${here} ${nothing}`,
    status: "unknown",
    exit: 3,
    output: "connect to address 127.0.0.1 and port 1: Connection refused",
    longOutput: /^TIME UNKNOWN - could not connect/,
  },
  { name: "mailq", command: "check_mailq -w 1 -c 2", status: "unknown", exit: 3, output: /mailq is not executable/ },
  {
    name: "help",
    command: "check_swap",
    status: "unknown",
    exit: 3,
    output: /Could not parse arguments/,
    longOutput: /^Usage:/,
  },
  {
    name: "pgsql_primary",
    command: `check_pgsql -H host1 -l postgres -d postgres -q "select pg_is_in_recovery()::int" -C 0:0`,
    status: "ok",
    exit: 0,
    output: /^OK - database postgres/,
    metrics: ["time=* s", "query=0"],
  },
  {
    name: "pgsql_standby",
    command: `check_pgsql -H host2 -l postgres -d postgres -q "select pg_is_in_recovery()::int" -C 0:0`,
    status: "critical",
    exit: 2,
    output: /^OK - database postgres/,
    metrics: ["time=* s", "query=1"],
    longOutput: /QUERY CRITICAL/,
  },
];
