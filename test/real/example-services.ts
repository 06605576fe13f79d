/** What runs on two hosts before failoverd comes to them, as the paragraphs of conf/examples/ have it; and its clients. */
import { homeOf, serviceAddress } from "./example-site.ts";
import { hosts, on, type Host } from "./lab.ts";
import { until } from "./pairs.ts";
import { must, run } from "./programs.ts";

/** What clients of the service's address are told by the web server there; empty: nothing. */
export async function ask(port = 80): Promise<string> {
  return (await run(["curl", "-s", "-m", "1", `http://${serviceAddress}:${port}/`])).stdout.trim();
}

export async function serveWeb(host: Host): Promise<void> {
  await on(
    host,
    `mkdir -p /tmp/www && hostname >/tmp/www/index.html && { setsid busybox httpd -f -p 80 -h /tmp/www </dev/null >/dev/null 2>&1 & echo $! >/tmp/httpd.pid; }`,
  );
}

/** A volume that DRBD copies, as a boot leaves it: nobody is primary. What stands in for DRBD is `drbdadm` below. */
export async function prepareVolume(host: Host): Promise<void> {
  await on(
    host,
    `mount -t tmpfs module /sys/module && mkdir /sys/module/drbd && mount -t tmpfs srv /srv && mkdir /srv/data &&
mkdir -p /run/lab/drbd && echo Secondary >/run/lab/drbd/${host}`,
  );
}

export async function drbdRole(host: Host): Promise<string> {
  return (await must("cat", `/run/lab/drbd/${host}`)).trim();
}

/**
 * Programs in the place of those that need DRBD in the kernel. They keep the rule that the example relies on: as long as the two
 * are connected, the second one is refused. A web server with the volume's content stands for NFS.
 */
export const drbdPrograms: Readonly<Record<string, string>> = {
  drbdadm: `#!/bin/sh
own=/run/lab/drbd/$(hostname)
case $(hostname) in host1) peer=host2 ;; *) peer=host1 ;; esac
connected() { ping -n -q -c 1 -W 1 $peer >/dev/null; }
case $1 in
    role) cat $own ;;
    dstate) echo UpToDate/UpToDate ;;
    cstate) if connected; then echo Connected; else echo Connecting; fi ;;
    primary)
        if connected && grep -q Primary /run/lab/drbd/$peer; then
            echo "State change failed: (-1) Multiple primaries not allowed by config" >&2
            exit 11
        fi
        echo Primary >$own ;;
    secondary) echo Secondary >$own ;;
esac
`,
  mount: `#!/bin/sh
[ "$*" = "-w -- /dev/drbd0 /srv/data" ] || exec /bin/mount "$@"
grep -q Primary /run/lab/drbd/$(hostname) && /bin/mount -t tmpfs /dev/drbd0 /srv/data && hostname >/srv/data/index.html
`,
};

/** As Debian installs it, with a page that says where it is. */
export async function prepareNginx(host: Host): Promise<void> {
  await on(
    host,
    `mkdir /tmp/www && hostname >/tmp/www/index.html && mount --bind /tmp/www /var/www/html && mount -t tmpfs log /var/log/nginx`,
  );
}

/** The cluster that Debian makes, on a disk of the host's own. Nothing starts it at boot, says the paragraph. */
export async function mountPostgres(host: Host): Promise<void> {
  await on(
    host,
    `disk=/run/lab/${host}/postgresql && mkdir -p $disk/lib $disk/etc && chown postgres: $disk/lib $disk/etc &&
mount --bind $disk/lib /var/lib/postgresql && mount --bind $disk/etc /etc/postgresql &&
mount -t tmpfs -o mode=1777 log /var/log/postgresql`,
  );
}

export async function setUpPostgres(): Promise<void> {
  const passwords = "*:*:*:monitor:m0nitor\n*:*:*:rewind:rew1nd\n";
  const make = async (host: Host): Promise<void> => {
    await mountPostgres(host);
    await on(
      host,
      `pg_createcluster 15 main -p 5432 -o listen_addresses='*' -o wal_log_hints=on -o wal_keep_size=1GB -- --no-sync >/dev/null
echo "host all,replication monitor,rewind 10.0.0.0/24 scram-sha-256" >>/etc/postgresql/15/main/pg_hba.conf
umask 077
printf '${passwords}' | tee ${homeOf(host)}/.pgpass >/var/lib/postgresql/.pgpass && chown postgres: /var/lib/postgresql/.pgpass`,
    );
  };
  await Promise.all(hosts.map(make));
  const asPostgres = "cd / && runuser -u postgres --";
  await on(
    "host1",
    `pg_ctlcluster --skip-systemctl-redirect 15 main start && ${asPostgres} psql -Xq \
-c "create role monitor login password 'm0nitor'" -c "grant pg_monitor to monitor" \
-c "create role rewind login superuser replication password 'rew1nd'"`,
  );
  await on(
    "host2",
    `rm -r /var/lib/postgresql/15/main && ${asPostgres} pg_basebackup -h host1 -U rewind -D /var/lib/postgresql/15/main -R -c fast --no-sync &&
pg_ctlcluster --skip-systemctl-redirect 15 main start`,
  );
}

/** As a client does it, through the service's address. */
export async function sql(text: string): Promise<void> {
  await must("psql", "-XAtqc", text, `host=${serviceAddress} user=rewind password=rew1nd dbname=postgres`);
}

export async function startRedis(host: Host): Promise<void> {
  const folder = `/run/lab/${host}/redis`;
  await on(host, `mkdir -p ${folder} && cat >${folder}/redis.conf <<'END'\n${redisFile(host)}END`);
  await on(host, `redis-server ${folder}/redis.conf`);
}

function redisFile(host: Host): string {
  return `bind * -::*
daemonize yes
pidfile /run/redis.pid
dir /run/lab/${host}/redis
save ""
repl-diskless-sync-delay 0
requirepass s3cret
masterauth s3cret
${host === "host2" ? "replicaof host1 6379\n" : ""}`;
}

export function redis(...words: readonly string[]): Promise<string> {
  return must("redis-cli", "--no-auth-warning", "-a", "s3cret", "-h", serviceAddress, ...words);
}

export async function startMaria(host: Host): Promise<void> {
  const id = host.slice("host".length);
  const disk = `/run/lab/${host}/mysql`;
  const options = `--no-defaults --datadir=${disk} --tmpdir=/tmp`;
  const server = `${options} --user=root --socket=/run/mysqld/mysqld.sock --server-id=${id} --log-bin=binlog --relay-log=relay --read-only=1 --skip-name-resolve`;
  await on(
    host,
    `mkdir -p /run/mysqld && { [ -e ${disk} ] || mariadb-install-db ${options} --user=root --skip-test-db \
--auth-root-authentication-method=normal >/dev/null; } && { setsid mariadbd ${server} </dev/null >/run/lab/${host}/mysql.log 2>&1 & }`,
  );
  await until(`MariaDB of ${host} answers`, async () => {
    return (await run(["ssh", "-o", "BatchMode=yes", host, "mariadb -e 'select 1'"])).code === 0;
  });
}

export async function setUpMaria(): Promise<void> {
  await Promise.all(hosts.map(startMaria));
  const users = `create user failoverd@'%' identified by 's3cret';
grant replica monitor, replication slave admin, read_only admin, reload on *.* to failoverd@'%';
create user replica@'%' identified by 's3cret'; grant replication slave on *.* to replica@'%';
create user client@'%' identified by 's3cret'; grant all on story.* to client@'%';`;
  await on("host1", `mariadb <<'END'\n${users}\nEND`);
  await on("host1", "mariadb -e 'set global read_only = off'");
  const master =
    "master_host='host1', master_user='replica', master_password='s3cret', master_use_gtid=slave_pos, master_connect_retry=5";
  await on("host2", `mariadb -e "change master to ${master}; start slave"`);
}

export async function maria(text: string): Promise<void> {
  await must("mariadb", "--no-defaults", "-h", serviceAddress, "-u", "client", "-ps3cret", "-e", text);
}
