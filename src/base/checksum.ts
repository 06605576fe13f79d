/**
 * CRC-32C (Castagnoli), the checksum of iSCSI, ext4 and Btrfs (RFC 3720, appendix B.4): finds every change of up to three
 * bits, and every run of changed bits up to 32 long, in anything as short as our lines. Against disks that rot and writes that tear; not against people.
 */

/** The polynomial 0x1EDC6F41, bits reversed, applied to each value of a byte. */
const table: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit += 1) sum = (sum & 1) === 1 ? (sum >>> 1) ^ 0x82f63b78 : sum >>> 1;
  return sum >>> 0;
});

/** The checksum of `bytes`, as an unsigned number of 32 bits. */
export function crc32c(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  /** By index: an iterator takes six times as long, and the whole journal goes through here. */
  for (let at = 0; at < bytes.length; at += 1) sum = (table[(sum ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

/** The checksum as it is written: eight hexadecimal digits, in lower case. */
export function printChecksum(sum: number): string {
  return sum.toString(16).padStart(8, "0");
}
