/** A scenario's history as text: a line for whatever was decided, done or said, with its moment in seconds. */
import type { Effect } from "../../src/core/effect.ts";
import type { Explained } from "../../src/core/explain.ts";
import type { Record } from "../../src/core/record.ts";
import type { State } from "../../src/core/state.ts";

type Answer = Extract<Effect, { readonly kind: "answer" }>;
type StartStep = Extract<Effect, { readonly kind: "startStep" }>;
type KillStep = Extract<Effect, { readonly kind: "killStep" }>;

const kindWidth = 17;

export class History {
  readonly #lines: string[] = [];

  text(): string {
    return `${this.#lines.join("\n")}\n`;
  }

  line(text: string): void {
    this.#lines.push(`${" ".repeat(11)}${text}`);
  }

  /** What was done from outside, as the scenario's author wrote it. */
  directive(atMs: number, text: string): void {
    this.#add(atMs, `| ${text}`);
  }

  record(atMs: number, record: Record): void {
    this.#add(atMs, `${record.kind.padEnd(kindWidth)}${record.sentence}`);
  }

  started(atMs: number, { run, name, command, fence }: StartStep): void {
    const words =
      fence === null ? command.words : [...command.words, `(${fence.verb} ${fence.host}, on standard input)`];
    this.#add(atMs, `${"=> start".padEnd(kindWidth)}${run}/${name}: ${words.join(" ")}`);
  }

  killed(atMs: number, { run, name }: KillStep): void {
    this.#add(atMs, `${"=> kill".padEnd(kindWidth)}${run}/${name}`);
  }

  answered({ isAccepted, sentence }: Answer): void {
    this.line(`${isAccepted ? "accepted:" : "refused: "} ${sentence}`);
  }

  explained({ parts, hold }: Explained): void {
    for (const { of, depth, text, truth, because } of parts)
      this.line(`${"  ".repeat(depth)}${of} ${text}: ${truth}: ${because}`);
    this.line(hold === null ? "nothing holds it back" : `it would be held back: ${hold}`);
  }

  show(state: State): void {
    for (const [host, { status, role }] of Object.entries(state.hosts))
      this.line(`${host} is ${status}${role === null || role === status ? "" : `, its role ${role}`}`);
    for (const [rule, { hasFired, hold, blocked }] of Object.entries(state.rules)) {
      const how = blocked !== null ? "blocked" : hold !== null ? `held (${hold.kind})` : "armed";
      this.line(`${rule} is ${how}${hasFired ? ", has fired in this episode" : ""}`);
    }
  }

  #add(atMs: number, text: string): void {
    this.#lines.push(`${(atMs / 1_000).toFixed(3).padStart(9)}  ${text}`);
  }
}
