/** What can keep a rule from firing. */

/** Why a rule does not fire now. Closed; README lists them, and a test compares the two. */
export const holdKinds = [
  "guard", // its `if` is false
  "stale", // its `if` or `when` needs data that is not known, or not fresh
  "learning",
  "run", // another run is in progress
  "maintenance",
  "cooldown",
  "blocked", // over its limit, or failed with a limit: until it is acknowledged
  "variable", // a variable has no value
  "journal", // the journal is damaged or could not be read: observe, but do not act before somebody has looked
] as const;
export type HoldKind = (typeof holdKinds)[number];
