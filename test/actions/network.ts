/**
 * Two hosts and a client on one wire, each a network namespace with an interface eth0, joined by a bridge in a fourth. What
 * happens in them touches nothing else on this machine.
 */
import type { TestContext } from "node:test";
import { must, pathOf, run, type Ended, type RunOptions } from "../checks/script.ts";
import { whenOver } from "../checks/when-over.ts";

export const networkPrograms = { ip: "iproute2", perl: "perl-base", arping: "iputils-arping", ping: "iputils-ping" };

let count = 0;

export class Network {
  readonly #start: string;

  private constructor(start: string) {
    this.#start = start;
  }

  /** `a` is 10.99.0.1 and fd99::1, `b` is 2, `client` is 3. */
  static async build(context: TestContext): Promise<Network> {
    count += 1;
    const network = new Network(`fo${process.pid}-${count}-`);
    whenOver(context, () => network.#remove());
    await must("ip", "netns", "add", network.name("wire"));
    await network.ip("wire", "link", "add", "br0", "type", "bridge");
    await network.ip("wire", "link", "set", "br0", "up");
    for (const [index, host] of ["a", "b", "client"].entries()) {
      await must("ip", "netns", "add", network.name(host));
      await network.ip(host, "link", "set", "lo", "up");
      await network.ip(
        "wire",
        "link",
        "add",
        `to-${host}`,
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        network.name(host),
      );
      await network.ip("wire", "link", "set", `to-${host}`, "master", "br0", "up");
      await network.ip(host, "link", "set", "eth0", "up");
      await network.ip(host, "address", "add", `10.99.0.${index + 1}/24`, "dev", "eth0");
      await network.ip(host, "address", "add", `fd99::${index + 1}/64`, "dev", "eth0", "nodad");
    }
    return network;
  }

  name(host: string): string {
    return this.#start + host;
  }

  ip(host: string, ...words: readonly string[]): Promise<string> {
    return must("ip", "-n", this.name(host), ...words);
  }

  /** The words that run a program on a host. */
  on(host: string, ...words: readonly string[]): readonly string[] {
    return ["ip", "netns", "exec", this.name(host), ...words];
  }

  run(host: string, words: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return run(this.on(host, ...words), options);
  }

  async ask(host: string, check: string, ...words: readonly string[]): Promise<string> {
    const { code, stdout } = await this.run(host, [pathOf("checks", check), ...words]);
    return `exit ${code}: ${stdout.trimEnd()}`;
  }

  /** Runs an action there; with `path`, with these programs only. */
  async act(host: string, words: readonly [string, ...string[]], path?: string): Promise<string> {
    const [action, ...rest] = words;
    const environment = path === undefined ? [] : ["env", `PATH=${path}`];
    const { code, stdout, stderr } = await this.run(host, [...environment, pathOf("actions", action), ...rest]);
    return `exit ${code}: ${(stdout + stderr).trimEnd()}`;
  }

  async mac(host: string): Promise<string> {
    return /link\/ether (\S+)/.exec(await this.ip(host, "-o", "link", "show", "dev", "eth0"))?.[1] ?? "";
  }

  /** Where the client sends what is for this address; empty if it does not know. */
  async learned(address: string): Promise<string> {
    return /lladdr (\S+)/.exec(await this.ip("client", "neighbour", "show", address))?.[1] ?? "";
  }

  async #remove(): Promise<void> {
    for (const host of ["a", "b", "client", "wire"]) await run(["ip", "netns", "delete", this.name(host)]);
  }
}
