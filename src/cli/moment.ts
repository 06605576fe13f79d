/** A moment as people name it: how long ago, or a date and a time of day. */
import { parseDuration } from "../base/duration.ts";

/**
 * `2h` (that long ago), `14:30` (today), `2026-11-20`, `2026-11-20 14:30:05`, or RFC 3339 with a zone -> milliseconds since
 * 1970; null if it is none of these. Without a zone it is the local one.
 */
export function parseMoment(text: string, nowWallMs: number): number | null {
  const agoMs = parseDuration(text);
  if (agoMs !== null) return nowWallMs - agoMs;
  const [, date, time, zone] =
    /^(?:(\d{4}-\d{2}-\d{2})(?:[T ](?=\d))?)?(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)?(Z|[+-]\d{2}:\d{2})?$/.exec(text) ??
    [];
  if (date === undefined && (time === undefined || zone !== undefined)) return null;
  if (time === undefined && zone !== undefined) return null;
  const now = new Date(nowWallMs);
  const today = new Date(nowWallMs - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
  const parsedMs = Date.parse(`${date ?? today}T${time ?? "00:00"}${zone ?? ""}`);
  return Number.isNaN(parsedMs) ? null : parsedMs;
}
