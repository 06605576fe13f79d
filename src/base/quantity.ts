/**
 * Numbers with a unit, as plugins print them and as people write them in a condition: `lag of host2 < 16MB`. Brought to
 * their dimension's base unit, two of them can be compared when the dimension is the same. It is never guessed: a bare
 * number is `none`, not bytes, because 20 may be bytes or megabytes, and a guard such as `lag < 16MB` must not let a
 * standby through because its plugin forgot to say which.
 *
 * KB, MB, GB … are powers of 1024, the same as KiB, MiB, GiB: so does PostgreSQL (16MB is one WAL segment, 16,777,216
 * bytes), so does Redis (`mb`), and so do the monitoring plugins that print them. What the two readings differ by is
 * less than what anybody should set a limit by; that a limit written as `16MB` means what PostgreSQL means is worth more.
 */

/** What is measured. `none`: a bare number. `other`: a unit that is not known here (`GBP`, `dBm`, `B/s`). */
export type Dimension = "bytes" | "seconds" | "percent" | "count" | "none" | "other";

/** A number in its dimension's base unit: bytes, seconds, percent; for `count`, `none` and `other` as it was written. */
export interface Quantity {
  readonly value: number;
  readonly dimension: Dimension;
}

const ki = 1_024;

/**
 * Every unit that is known, in its exact spelling. Not in it: `b`, `Kb`, `Mb`, which are bits to some and bytes to
 * others; `K`, `M`, `G` alone, which may be kelvin, mega or months.
 */
const units: ReadonlyMap<string, { readonly dimension: Dimension; readonly factor: number }> = new Map([
  ["", { dimension: "none", factor: 1 }],
  ["B", { dimension: "bytes", factor: 1 }],
  ["kB", { dimension: "bytes", factor: ki }],
  ["KB", { dimension: "bytes", factor: ki }],
  ["KiB", { dimension: "bytes", factor: ki }],
  ["MB", { dimension: "bytes", factor: ki ** 2 }],
  ["MiB", { dimension: "bytes", factor: ki ** 2 }],
  ["GB", { dimension: "bytes", factor: ki ** 3 }],
  ["GiB", { dimension: "bytes", factor: ki ** 3 }],
  ["TB", { dimension: "bytes", factor: ki ** 4 }],
  ["TiB", { dimension: "bytes", factor: ki ** 4 }],
  ["PB", { dimension: "bytes", factor: ki ** 5 }],
  ["PiB", { dimension: "bytes", factor: ki ** 5 }],
  ["EB", { dimension: "bytes", factor: ki ** 6 }],
  ["EiB", { dimension: "bytes", factor: ki ** 6 }],
  ["ns", { dimension: "seconds", factor: 1e-9 }],
  ["us", { dimension: "seconds", factor: 1e-6 }],
  /** The micro sign and the Greek letter, which look the same. */
  ["\u00b5s", { dimension: "seconds", factor: 1e-6 }],
  ["\u03bcs", { dimension: "seconds", factor: 1e-6 }],
  ["ms", { dimension: "seconds", factor: 1e-3 }],
  ["s", { dimension: "seconds", factor: 1 }],
  ["m", { dimension: "seconds", factor: 60 }],
  ["min", { dimension: "seconds", factor: 60 }],
  ["h", { dimension: "seconds", factor: 3_600 }],
  ["d", { dimension: "seconds", factor: 86_400 }],
  ["%", { dimension: "percent", factor: 1 }],
  ["c", { dimension: "count", factor: 1 }],
]);

/** Brings a number to its base unit: `(2, "MB")` -> 2,097,152 bytes, `(500, "ms")` -> 0.5 seconds. */
export function readQuantity(value: number, unit: string): Quantity {
  const known = units.get(unit);
  if (known === undefined) return { value, dimension: "other" };
  return { value: scale(value, known.factor), dimension: known.dimension };
}

/**
 * `16MB`, `64KiB`, `500ms`, `10%`, `-1.5` -> the quantity; `null` if the text is not a number with a known unit behind it.
 * No blank between the two, no exponent. For limits that people write; what plugins print is freer, and is read elsewhere.
 */
export function parseQuantity(text: string): Quantity | null {
  const match = /^([+-]?\d{1,15}(?:\.\d{1,9})?)([A-Za-z\u00b5\u03bc%]{0,3})$/.exec(text);
  const [, number, unit] = match ?? [];
  if (number === undefined || unit === undefined) return null;
  const quantity = readQuantity(Number(number), unit);
  return quantity.dimension === "other" ? null : quantity;
}

/** Small factors divide, because `value / 1000` is exact where `value * 0.001` is not: 500 ms is 0.5 s. */
function scale(value: number, factor: number): number {
  return factor < 1 ? value / Math.round(1 / factor) : value * factor;
}
