/** What has happened, and waiting for what will. */
import type { ProcessEvent, ProcessIdentity, StepKey } from "../../src/host/processes.ts";

export type EventOf<Kind extends ProcessEvent["kind"]> = Extract<ProcessEvent, { kind: Kind }>;

export class EventBook {
  readonly events: ProcessEvent[] = [];
  readonly #waiters = new Set<() => void>();

  see(event: ProcessEvent): void {
    this.events.push(event);
    for (const look of this.#waiters) look();
  }

  /** The first event of this kind that matches, among those that have been or will be. */
  when<Kind extends ProcessEvent["kind"]>(
    kind: Kind,
    matches: (event: EventOf<Kind>) => boolean = () => true,
  ): Promise<EventOf<Kind>> {
    const isKind = (event: ProcessEvent): event is EventOf<Kind> => event.kind === kind;
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.events.filter(isKind).find(matches);
        if (found === undefined) return;
        this.#waiters.delete(look);
        resolve(found);
      };
      this.#waiters.add(look);
      look();
    });
  }

  checkEnded(job: number): Promise<EventOf<"check-ended">> {
    return this.when("check-ended", (event) => event.job === job);
  }

  stepEnded(key: StepKey): Promise<EventOf<"step-ended">> {
    return this.when("step-ended", (event) => event.key.run === key.run && event.key.name === key.name);
  }

  /** Takes the next launcher's announcement out of the events, so that each is used once. */
  async launcherReady(): Promise<ProcessIdentity> {
    const ready = await this.when("launcher-ready");
    this.events.splice(this.events.indexOf(ready), 1);
    return ready.launcher;
  }
}
