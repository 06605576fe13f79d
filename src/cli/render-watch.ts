/**
 * One picture of `watch`, as large as the terminal: the time, the status, and below it the last entries of the journal. If the
 * status needs more room than there is, the checks that are well are left out first, and that is said.
 */
import type { Layout } from "./columns.ts";
import { historyPrinter, type HistoryEntry } from "./render-history.ts";
import { renderStatus } from "./render-status.ts";
import type { ShownCheck, ShownStatus } from "./status-shape.ts";
import { paint } from "./terminal.ts";
import { wrap } from "./wrap.ts";

export interface Picture {
  readonly status: ShownStatus;
  readonly entries: readonly HistoryEntry[];
  /** Why what is shown is not of now; null: it is. */
  readonly lost: string | null;
  readonly nowWallMs: number;
}

/** So much of the screen is the entries' at least, if there are so many. */
const entriesShare = 1 / 4;

/** At most `rows` lines. */
export function renderWatch(picture: Picture, size: Layout & { readonly rows: number }): readonly string[] {
  const { entries, lost, nowWallMs } = picture;
  const { rows, isColoured } = size;
  const printer = historyPrinter(size, "cut");
  const entryLines = entries.flatMap((entry) => printer.print(entry).split("\n"));
  const lostLines =
    lost === null
      ? []
      : wrap(`${lost}; looking again`, size.columns ?? Infinity).map((line) => paint(isColoured, "red", line));
  /** The title, a blank and the heading of the entries. */
  const room = Math.max(0, rows - 3 - lostLines.length);
  const entriesMin = Math.min(entryLines.length, Math.max(3, Math.floor(rows * entriesShare)));
  const status = fitStatus(picture, size, room - entriesMin);
  const left = Math.max(0, room - status.lines.length);
  const time = new Date(nowWallMs).toTimeString().slice(0, 8);
  const title = [time, ...(status.isShort ? ["checks that are well are left out"] : []), "q ends"].join("  ");
  const shown = left === 0 ? [] : entryLines.slice(-left);
  return [
    paint(isColoured, "dim", title),
    ...lostLines,
    ...status.lines,
    "",
    paint(isColoured, "bold", "LATELY"),
    ...shown,
  ].slice(0, rows);
}

function fitStatus(
  { status, nowWallMs }: Picture,
  layout: Layout,
  rowsMax: number,
): { readonly lines: readonly string[]; readonly isShort: boolean } {
  const whole = renderStatus(status, nowWallMs, layout).split("\n");
  if (whole.length <= rowsMax) return { lines: whole, isShort: false };
  const checks = status.checks.filter((check) => !isWell(check));
  const short = renderStatus({ ...status, checks }, nowWallMs, layout).split("\n");
  const isShort = checks.length < status.checks.length;
  if (short.length <= rowsMax) return { lines: short, isShort };
  const kept = Math.max(0, rowsMax - 1);
  return { lines: [...short.slice(0, kept), `… ${short.length - kept} lines more: failoverctl status`], isShort };
}

function isWell({ status, isStale, confirming }: ShownCheck): boolean {
  return (status === "ok" || status === "master" || status === "slave") && !isStale && confirming === null;
}
