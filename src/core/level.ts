/**
 * A condition without its clocks: what is so now, however long. It tells a rule that only waits for its time from one that
 * cannot be judged, and what a reload finds already true from what becomes true later.
 */
import type { Condition } from "./condition.ts";

export function withoutFor(condition: Condition): Condition {
  switch (condition.kind) {
    case "or":
    case "and":
      return { ...condition, parts: condition.parts.map(withoutFor) };
    case "not":
      return { ...condition, part: withoutFor(condition.part) };
    case "for":
      return withoutFor(condition.part);
    case "is":
    case "was":
    case "metric":
    case "range":
    case "quantified":
    case "count":
      return condition;
  }
}
