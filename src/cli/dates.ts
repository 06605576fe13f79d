/** Dates for people, in the time zone of who reads. */

export interface LocalTime {
  /** `2026-11-20` */
  readonly day: string;
  /** `06:16:34` */
  readonly time: string;
  /** `.123` */
  readonly fraction: string;
}

/** An RFC 3339 date; null if it is none. */
export function localTimeOf(at: string): LocalTime | null {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return null;
  const two = (amount: number): string => String(amount).padStart(2, "0");
  return {
    day: `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
    time: `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`,
    fraction: `.${String(date.getMilliseconds()).padStart(3, "0")}`,
  };
}

/** `2026-11-20 06:16:34`; what is no date, as it is. */
export function sayDate(at: string): string {
  const local = localTimeOf(at);
  return local === null ? at : `${local.day} ${local.time}`;
}
