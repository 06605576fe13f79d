/** What a metric is compared with: `16MB`, `500ms`, `10%`, `3`. */
import { parseQuantity } from "../base/quantity.ts";
import { shownText } from "./words.ts";
import type { Complaints } from "./complaints.ts";
import type { Word } from "./tree.ts";
import type { Quantity } from "../core/condition.ts";

export function readQuantityWord(word: Word, complaints: Complaints): Quantity | null {
  const text = shownText(word);
  const quantity = parseQuantity(text);
  switch (quantity?.dimension) {
    case "bytes":
      return { kind: "bytes", bytes: quantity.value, text };
    case "seconds":
      return { kind: "duration", ms: quantity.value * 1_000 };
    case "percent":
      return { kind: "percent", value: quantity.value };
    case "count":
    case "none":
      return { kind: "number", value: quantity.value };
    case "other":
    case undefined: {
      complaints.add(
        "E606",
        word.span,
        `\`${text}\` is no number, percentage, size or duration`,
        hintForQuantity(text),
      );
      return null;
    }
  }
}

function hintForQuantity(text: string): string {
  const [, number, unit] = /^([+-]?[\d.]+)([A-Za-z]+)$/.exec(text) ?? [];
  if (number !== undefined && unit !== undefined) {
    const meant: Readonly<Record<string, string>> = {
      k: "KB",
      kb: "KB",
      m: "MB",
      mb: "MB",
      mib: "MiB",
      kib: "KiB",
      g: "GB",
      gb: "GB",
      gib: "GiB",
      t: "TB",
      tb: "TB",
      sec: "s",
      secs: "s",
      seconds: "s",
      mins: "m",
      minute: "m",
      minutes: "m",
      hours: "h",
      days: "d",
      bytes: "B",
      b: "B",
    };
    const known = meant[unit.toLowerCase()];
    if (known !== undefined) return `write \`${number}${known}\``;
  }
  if (/^[\d]+,[\d]+$/.test(text)) return `write a point: \`${text.replace(",", ".")}\``;
  return "write it as `16MB`, `500ms`, `10%` or `3`, without a blank";
}
