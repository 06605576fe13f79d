/**
 * What a conf file says, word for word: the syntax tree that the grammars build and the meaning is read from. It knows
 * where everything stood and nothing of what it means.
 *
 * A statement that could not be understood still leaves a node, marked `isBroken`, with the words before the mistake: so
 * that what it declared is known to the rest of the file, and one mistake stays one complaint.
 */
import type { Comparison } from "../core/condition.ts";

/** From `start` up to, not with, `end`: offsets into the file's text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type Segment =
  | { readonly kind: "text"; readonly text: string }
  /** `%NAME%`, without its percent signs. */
  | { readonly kind: "variable"; readonly name: string };

/** One word, its quotes taken off. Neighbouring texts are one segment; a word of no segments is the empty word `""`. */
export interface Word {
  readonly segments: readonly Segment[];
  readonly span: Span;
}

export type Option =
  | { readonly kind: "plain"; readonly name: Word; readonly values: readonly Word[]; readonly span: Span }
  | { readonly kind: "expect"; readonly condition: ConditionTree; readonly within: Word; readonly span: Span };

export interface Command {
  readonly kind: "command";
  /** At least one. */
  readonly words: readonly Word[];
  readonly options: readonly Option[];
  readonly span: Span;
  readonly isBroken: boolean;
}

/** Braces alone on a line. */
export interface Defaults {
  readonly kind: "defaults";
  readonly options: readonly Option[];
  readonly span: Span;
  readonly isBroken: boolean;
}

/** `when` and `if`; `condition: null` if it is broken. */
export interface Clause {
  readonly kind: "when" | "if";
  readonly condition: ConditionTree | null;
  readonly span: Span;
}

/** `NAME = value` in `[vars]`; `value: null` if it is broken. */
export interface Assignment {
  readonly kind: "assignment";
  readonly name: Word;
  readonly value: Word | null;
  readonly span: Span;
}

/** So broken that nothing of it is known. */
export interface Unreadable {
  readonly kind: "unreadable";
  readonly span: Span;
}

export type Line = Command | Defaults | Clause | Assignment | Unreadable;

export type Header =
  /** `[local]`, `[passive]`, `[HOST]`: what checks.conf has. */
  | { readonly kind: "place"; readonly name: Word; readonly span: Span }
  | {
      readonly kind: "transition";
      /** The whole `A_to_B`. */
      readonly name: Word;
      readonly of: Word | null;
      readonly on: Word | null;
      readonly span: Span;
    }
  | { readonly kind: "rule"; readonly name: Word; readonly span: Span }
  | { readonly kind: "fence"; readonly host: Word; readonly span: Span }
  | { readonly kind: "vars"; readonly span: Span }
  | { readonly kind: "notify"; readonly span: Span }
  | { readonly kind: "split_brain"; readonly span: Span }
  | { readonly kind: "on_failure"; readonly span: Span }
  /** Not understood: its lines are not read. */
  | { readonly kind: "broken"; readonly span: Span };

export interface Section {
  readonly header: Header;
  readonly lines: readonly Line[];
}

export interface FileTree {
  readonly sections: readonly Section[];
}

/** `HOST`, `CHECK`, `%VARIABLE%` or, with `on`, a check on a host. */
export interface SubjectTree {
  readonly name: Word;
  readonly on: Word | null;
  readonly span: Span;
}

export type PopulationTree =
  | { readonly kind: "hosts"; readonly span: Span }
  /** `name: null`: checks of every name. */
  | { readonly kind: "checks"; readonly name: Word | null; readonly on: Word | null; readonly span: Span };

export type ConditionTree =
  | { readonly kind: "or" | "and"; readonly parts: readonly ConditionTree[]; readonly span: Span }
  | { readonly kind: "not"; readonly part: ConditionTree; readonly span: Span }
  /** `isGrouped`: it stands in parentheses of its own, so there is no doubt what its `for` is about. */
  | {
      readonly kind: "for";
      readonly part: ConditionTree;
      readonly duration: Word;
      readonly isGrouped: boolean;
      readonly span: Span;
    }
  | {
      readonly kind: "is";
      readonly subject: SubjectTree;
      readonly isNegated: boolean;
      readonly statuses: readonly Word[];
      readonly span: Span;
    }
  | { readonly kind: "was"; readonly subject: SubjectTree; readonly statuses: readonly Word[]; readonly span: Span }
  | {
      readonly kind: "metric";
      readonly metric: Word;
      readonly subject: SubjectTree;
      readonly comparison: Comparison;
      readonly quantity: Word;
      readonly span: Span;
    }
  | {
      readonly kind: "range";
      readonly metric: Word;
      readonly subject: SubjectTree;
      readonly range: Word;
      readonly span: Span;
    }
  | {
      readonly kind: "quantified";
      readonly quantifier: "all" | "any";
      readonly over: PopulationTree;
      readonly isNegated: boolean;
      readonly statuses: readonly Word[];
      readonly span: Span;
    }
  | {
      readonly kind: "count";
      readonly over: PopulationTree;
      readonly statuses: readonly Word[];
      readonly comparison: Comparison;
      readonly count: Word;
      readonly span: Span;
    };
