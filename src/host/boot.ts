/** Which boot of the machine this is: what was known in another boot is not believed. */
import { readFileSync } from "node:fs";

/** The kernel's random id of this boot (random(4)); a word that equals none if it cannot be read. */
export function readBootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return `unknown-${process.pid}-${Date.now()}`;
  }
}
