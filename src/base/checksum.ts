/**
 * CRC-32C (Castagnoli), the checksum of iSCSI, ext4 and Btrfs (RFC 3720, appendix B.4): finds every change of up to three
 * bits, and every run of changed bits up to 32 long, in anything as short as our lines. Against disks that rot and writes that tear; not against people.
 *
 * Eight bytes at a time ("slicing by eight"): the table is sealed every few seconds, and at a start the whole journal is
 * looked through.
 */

const slices = 8;

/** The polynomial 0x1EDC6F41, bits reversed, applied to each value of a byte that 0 to 7 more bytes follow: `[following * 256 + byte]`. */
const table = new Uint32Array(256 * slices);
for (let byte = 0; byte < 256; byte += 1) {
  let sum = byte;
  for (let following = 0; following < slices; following += 1) {
    for (let bit = 0; bit < 8; bit += 1) sum = (sum & 1) === 1 ? (sum >>> 1) ^ 0x82f63b78 : sum >>> 1;
    table[following * 256 + byte] = sum;
  }
}

/** The checksum of `bytes`, as an unsigned number of 32 bits. */
export function crc32c(bytes: Uint8Array): number {
  let sum = -1;
  let at = 0;
  for (const whole = bytes.length - (bytes.length % slices); at < whole; at += slices) {
    sum =
      look(7, sum ^ byteAt(bytes, at)) ^
      look(6, (sum >>> 8) ^ byteAt(bytes, at + 1)) ^
      look(5, (sum >>> 16) ^ byteAt(bytes, at + 2)) ^
      look(4, (sum >>> 24) ^ byteAt(bytes, at + 3)) ^
      look(3, byteAt(bytes, at + 4)) ^
      look(2, byteAt(bytes, at + 5)) ^
      look(1, byteAt(bytes, at + 6)) ^
      look(0, byteAt(bytes, at + 7));
  }
  for (; at < bytes.length; at += 1) sum = look(0, sum ^ byteAt(bytes, at)) ^ (sum >>> 8);
  return ~sum >>> 0;
}

/** What the lowest byte of `sum` becomes, when so many more bytes follow it. */
function look(following: number, sum: number): number {
  return table[following * 256 + (sum & 0xff)] ?? 0;
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

/** The checksum as it is written: eight hexadecimal digits, in lower case. */
export function printChecksum(sum: number): string {
  return sum.toString(16).padStart(8, "0");
}
