/** Checksums and sealed lines, against published vectors and against anything. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { crc32c, printChecksum } from "../../src/base/checksum.ts";
import { sealLine, unsealLine } from "../../src/store/seal.ts";

const sequence = (length: number, byteAt: (index: number) => number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => byteAt(index));

/** RFC 3720, appendix B.4 (its bytes are in the order of the wire: the number's last byte first); the check value of the CRC catalogue. */
const vectors: readonly (readonly [name: string, bytes: Uint8Array, sum: string])[] = [
  ["nothing", new Uint8Array(0), "00000000"],
  ["123456789", new TextEncoder().encode("123456789"), "e3069283"],
  ["32 bytes of zeros", sequence(32, () => 0), "8a9136aa"],
  ["32 bytes of ones", sequence(32, () => 0xff), "62a8ab43"],
  ["32 bytes that count up", sequence(32, (index) => index), "46dd794e"],
  ["32 bytes that count down", sequence(32, (index) => 31 - index), "113fdb5c"],
];

for (const [name, bytes, sum] of vectors) {
  void test(`CRC-32C of ${name}`, () => assert.equal(printChecksum(crc32c(bytes)), sum));
}

void test("CRC-32C of anything, of any length, is what its polynomial says bit by bit", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      let sum = 0xffffffff;
      for (const byte of bytes) {
        sum ^= byte;
        for (let bit = 0; bit < 8; bit += 1) sum = (sum & 1) === 1 ? (sum >>> 1) ^ 0x82f63b78 : sum >>> 1;
      }
      assert.equal(crc32c(bytes), ~sum >>> 0);
    }),
  );
});

void test("a sealed line is one line, reads back as what it holds, and is JSON for everybody", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (fields) => {
      const line = sealLine(fields);
      assert.equal(line.indexOf(0x0a), line.length - 1);
      const unsealed = unsealLine(line.subarray(0, -1));
      assert.equal(unsealed.kind, "intact");
      const json: unknown = JSON.parse(new TextDecoder().decode(line));
      assert.deepEqual(unsealed, { kind: "intact", value: json });
    }),
  );
});

void test("a sealed line that anything is done to is not intact", () => {
  const line = sealLine({ seq: 1, sentence: 'with "quotes", ümlauts, 🦭 and \\' }).subarray(0, -1);
  for (let bit = 0; bit < line.length * 8; bit += 1) {
    const flipped = line.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.notEqual(unsealLine(flipped).kind, "intact", `bit ${bit}`);
  }
  for (let length = 0; length < line.length; length += 1) {
    assert.notEqual(unsealLine(line.subarray(0, length)).kind, "intact", `${length} bytes`);
    assert.notEqual(unsealLine(line.subarray(line.length - length)).kind, "intact", `last ${length} bytes`);
  }
});

void test("any bytes are looked at without a throw, and are not intact", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => assert.notEqual(unsealLine(bytes).kind, "intact")),
  );
});
