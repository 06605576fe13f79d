/** What stands between the real daemon and its world where a bug is planted: a core, a disk, processes that are a little wrong. */
import type { Configuration } from "../../src/core/configuration.ts";
import type { Event } from "../../src/core/event.ts";
import type { Run } from "../../src/core/run.ts";
import type { RuleProgress, State } from "../../src/core/state.ts";
import type { AppendFile, Disk } from "../../src/store/disk.ts";
import type { Step } from "../../src/supervisor/loop.ts";
import type { Spoilt } from "./daemon.ts";

/** A core whose view of the world, or whose memory, is changed before each of its steps. */
export function seeing(change: (state: State, event: Event) => State): Spoilt {
  return {
    step: (real) => (configuration, state, event, nowMs) => real(configuration, change(state, event), event, nowMs),
  };
}

/** A core that forgets something after each of its steps. */
export function forgetting(change: (state: State, event: Event, before: State) => State): Spoilt {
  return {
    step: (real) => (configuration, before, event, nowMs) => {
      const { state, effects } = real(configuration, before, event, nowMs);
      return { state: change(state, event, before), effects };
    },
  };
}

export function configured(change: (configuration: Configuration) => Configuration): Spoilt {
  const known = new WeakMap<Configuration, Configuration>();
  const changed = (configuration: Configuration): Configuration => {
    const other = known.get(configuration) ?? change(configuration);
    known.set(configuration, other);
    return other;
  };
  const step =
    (real: Step): Step =>
    (configuration, state, event, nowMs) => {
      const told: Event = event.kind === "reconfigured" ? { ...event, before: changed(event.before) } : event;
      return real(changed(configuration), state, told, nowMs);
    };
  return { step };
}

export function everyRule(state: State, change: (progress: RuleProgress) => RuleProgress): State {
  const rules = Object.entries(state.rules).map(([rule, progress]) => [rule, change(progress)] as const);
  return { ...state, rules: Object.fromEntries(rules) };
}

export function inRun(state: State, change: (run: Run) => Run): State {
  return state.run === null ? state : { ...state, run: change(state.run) };
}

export function everyAppend(disk: Disk, change: (file: AppendFile) => AppendFile): Disk {
  return {
    ...disk,
    openAppend: async (path) => {
      const opened = await disk.openAppend(path);
      return opened.ok ? { ok: true, file: change(opened.file) } : opened;
    },
  };
}

/** The same processes, but for some of what they do. Methods of a class are not spread. */
export function wrapped<T extends object>(whole: T, changed: Partial<T>): T {
  return new Proxy(whole, {
    get: (target, name) => {
      const value: unknown = Reflect.get(Object.hasOwn(changed, name) ? changed : target, name);
      return typeof value === "function" ? value.bind(Object.hasOwn(changed, name) ? changed : target) : value;
    },
  });
}
