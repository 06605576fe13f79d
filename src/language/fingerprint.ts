/** A short name for a text: changes when anything in it does. Against mistakes, not against attackers. */

/** FNV-1a over UTF-16 units, twice with different starts: 12 hex digits. */
export function fingerprintOf(texts: readonly string[]): string {
  let low = 0x811c9dc5;
  let high = 0x6c62272e;
  for (const text of texts) {
    for (let at = 0; at <= text.length; at += 1) {
      // The place behind a text's end counts too, so that "ab","c" and "a","bc" differ.
      const unit = at === text.length ? 0x10000 : text.charCodeAt(at);
      low = Math.imul(low ^ unit, 0x01000193);
      high = Math.imul(high ^ unit ^ (low >>> 15), 0x01000193);
    }
  }
  const hex = (value: number, digits: number): string => (value >>> 0).toString(16).padStart(8, "0").slice(-digits);
  return hex(high, 4) + hex(low, 8);
}
