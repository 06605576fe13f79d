/** The twelve invariants of the design's section 10, and what of its sections 6 and 8 is checked beside them. */
import { bound } from "./invariants/bound.ts";
import { bounds } from "./invariants/bounds.ts";
import { durable } from "./invariants/durable.ts";
import { fenced } from "./invariants/fenced.ts";
import { fresh } from "./invariants/fresh.ts";
import { heartbeat } from "./invariants/heartbeat.ts";
import { limits } from "./invariants/limits.ts";
import { maintenance } from "./invariants/maintenance.ts";
import { oneRun } from "./invariants/one-run.ts";
import { order } from "./invariants/order.ts";
import { outcomes } from "./invariants/outcomes.ts";
import { reload } from "./invariants/reload.ts";
import { sentences } from "./invariants/sentences.ts";
import { wakes } from "./invariants/wakes.ts";
import type { InvariantKind } from "./scene.ts";

export const invariants: readonly InvariantKind[] = [
  durable,
  order,
  oneRun,
  fresh,
  outcomes,
  bound,
  fenced,
  reload,
  maintenance,
  sentences,
  bounds,
  heartbeat,
  limits,
  wakes,
];
