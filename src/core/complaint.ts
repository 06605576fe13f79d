/** What is wrong with the configuration, for a person: where, what, what was expected, how to mend it. */
export interface Complaint {
  readonly severity: "error" | "warning";
  /** `W03`; stable, so that a warning can be marked as meant, and found in the reference. Errors have `E..` numbers. */
  readonly code: string;
  /** As it was asked for: `checks.conf`, `actions.conf`. */
  readonly file: string;
  /** From 1; 0 if the complaint is of the file as a whole. */
  readonly line: number;
  /** From 1, in characters (code points); 0 if the complaint is of the line or file as a whole. */
  readonly column: number;
  /** How many characters the caret marks; at least 1. */
  readonly width: number;
  /** The line itself, without its end; for the caret. */
  readonly source: string;
  /** What is wrong and what was expected, in the user's words. One sentence or two. */
  readonly message: string;
  /** How to mend it; null if the message says all. */
  readonly hint: string | null;
}
