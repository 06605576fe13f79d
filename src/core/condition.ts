/**
 * Conditions as data: what `when`, `if` and `expect` say. The language makes them, `evaluate.ts` judges them and explains
 * itself from the same walk. Plain trees, so that a run can carry its own into the journal.
 */
import type { Status } from "./result.ts";

/** A host by name, or through a variable that is looked up anew at each evaluation. */
export type HostReference =
  { readonly kind: "host"; readonly host: string } | { readonly kind: "variable"; readonly variable: string };

/** What a predicate speaks of: a host, or one check of a host. `on: null`: the check's name is used on one host only. */
export type Subject =
  HostReference | { readonly kind: "check"; readonly check: string; readonly on: HostReference | null };

export type Comparison = "<" | "<=" | ">" | ">=" | "=" | "!=";

/** What a metric is compared with. Bytes and seconds are understood whatever unit the plugin used; a bare number is not. */
export type Quantity =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "percent"; readonly value: number }
  | { readonly kind: "bytes"; readonly bytes: number; /** as written, to print it again */ readonly text: string }
  | { readonly kind: "duration"; readonly ms: number };

/** What a count or a quantifier ranges over. Advisory checks take part: naming them is a choice. */
export type Population =
  | { readonly kind: "hosts" }
  /** All instances of one check (`on: null`, `check` given), or all checks of one host, or all checks. */
  | { readonly kind: "checks"; readonly check: string | null; readonly on: HostReference | null };

export type Condition =
  | { readonly kind: "or"; readonly parts: readonly Condition[] }
  | { readonly kind: "and"; readonly parts: readonly Condition[] }
  | { readonly kind: "not"; readonly part: Condition }
  | {
      readonly kind: "is";
      readonly subject: Subject;
      readonly isNegated: boolean;
      /** One or more, joined by "or" in the text. */
      readonly statuses: readonly Status[];
    }
  /** The status before the present one. */
  | { readonly kind: "was"; readonly subject: Subject; readonly statuses: readonly Status[] }
  | {
      readonly kind: "metric";
      readonly metric: string;
      readonly subject: Subject;
      readonly comparison: Comparison;
      readonly quantity: Quantity;
    }
  /** `lag of %SLAVE% is in its critical range`: the thresholds that the plugin itself printed. */
  | {
      readonly kind: "range";
      readonly metric: string;
      readonly subject: Subject;
      readonly range: "warning" | "critical";
    }
  | {
      readonly kind: "quantified";
      readonly quantifier: "all" | "any";
      readonly over: Population;
      readonly isNegated: boolean;
      readonly statuses: readonly Status[];
    }
  | {
      readonly kind: "count";
      readonly over: Population;
      readonly statuses: readonly Status[];
      readonly comparison: Comparison;
      readonly count: number;
    }
  /** Has been true, without a break, for that long. `key` names its clock; it is the canonical text, so it survives a reload. */
  | { readonly kind: "for"; readonly part: Condition; readonly durationMs: number; readonly key: string };
