/**
 * Where things are in the demo's little network, as two text files: `hosts` (a line "HOST PORT" for each server, like
 * /etc/hosts) and `address`, the floating address: the line of the one host that clients shall talk to. The scripts
 * release_address and take_address change it with cat and mv; on a real network they would move an IP address.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface KvHost {
  readonly host: string;
  readonly port: number;
}

export function printHosts(hosts: readonly KvHost[]): string {
  return hosts.map(({ host, port }) => `${host} ${port}\n`).join("");
}

/** The port of `host` according to the file `hosts` in `folder`; `null` if it is not in there. */
export function findPort(folder: string, host: string): number | null {
  const found = readHosts(readFileSync(join(folder, "hosts"), "utf8")).find((each) => each.host === host);
  return found?.port ?? null;
}

/** Where the floating address is now; `null` while nobody has it. */
export function readAddress(folder: string): KvHost | null {
  try {
    return readHosts(readFileSync(join(folder, "address"), "utf8"))[0] ?? null;
  } catch {
    return null; // released: the file is not there
  }
}

function readHosts(text: string): KvHost[] {
  return text.split("\n").flatMap((line) => {
    const [host, port] = line.split(" ");
    return host === undefined || port === undefined ? [] : [{ host, port: Number(port) }];
  });
}
