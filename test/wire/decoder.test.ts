/** Bytes become values and errors, the same ones however the bytes are cut into pieces. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { Decoder, type Decoded, type DecoderLimits } from "../../src/wire/decoder.ts";

const limits: DecoderLimits = { lineBytesMax: 64, depthMax: 3 };

/** A value, or the sentence of an error. */
type Want = { readonly value: unknown } | { readonly says: string };

const tooLong: Want = { says: "the line is longer than 64 bytes, and is passed over to its end" };
const long = "x".repeat(65);

const rows: readonly { readonly name: string; readonly given: string | Uint8Array; readonly want: readonly Want[] }[] =
  [
    { name: "one line", given: '{"a":1}\n', want: [{ value: { a: 1 } }] },
    { name: "two lines", given: '{"a":1}\n[2]\n', want: [{ value: { a: 1 } }, { value: [2] }] },
    { name: "a line that is not finished", given: '{"a":1}\n{"a"', want: [{ value: { a: 1 } }] },
    { name: "line ends of Windows", given: '{"a":1}\r\n"b"\r\n', want: [{ value: { a: 1 } }, { value: "b" }] },
    { name: "blank lines", given: "\n\n  \n\t\r\n1\n", want: [{ value: 1 }] },
    { name: "UTF-8", given: '"ümlaut 🦭"\n', want: [{ value: "ümlaut 🦭" }] },
    { name: "an escaped newline", given: '"a\\nb"\n', want: [{ value: "a\nb" }] },
    { name: "exactly the limit", given: `"${"x".repeat(62)}"\n`, want: [{ value: "x".repeat(62) }] },
    { name: "one byte more than the limit", given: `"${"x".repeat(63)}"\n1\n`, want: [tooLong, { value: 1 }] },
    { name: "a long line that is not finished, said at once", given: long, want: [tooLong] },
    { name: "a long line, said once", given: `${long.repeat(20)}\n1\n`, want: [tooLong, { value: 1 }] },
    { name: "two long lines, each said once", given: `${long}\n${long}\n1\n`, want: [tooLong, tooLong, { value: 1 }] },
    {
      name: "no JSON",
      given: "GET / HTTP/1.1\n1\n",
      want: [{ says: 'the line is not JSON: it begins with "GET / HTTP/1.1"' }, { value: 1 }],
    },
    { name: "two values on a line", given: "1 2\n", want: [{ says: 'the line is not JSON: it begins with "1 2"' }] },
    { name: "half a value", given: '{"a":\n', want: [{ says: 'the line is not JSON: it begins with "{\\"a\\":"' }] },
    { name: "NUL", given: '"a\0b"\n1\n', want: [{ says: "the line holds a NUL byte" }, { value: 1 }] },
    {
      name: "not UTF-8",
      given: Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a, 0x31, 0x0a]),
      want: [{ says: "the line is not UTF-8" }, { value: 1 }],
    },
    {
      name: "half a character",
      given: Buffer.from([0x22, 0xf0, 0x9f, 0x22, 0x0a]),
      want: [{ says: "the line is not UTF-8" }],
    },
    { name: "as deep as may be", given: '[[{"a":1}]]\n', want: [{ value: [[{ a: 1 }]] }] },
    {
      name: "too deep",
      given: "[[[[1]]]]\n1\n",
      want: [{ says: "the line is nested more than 3 deep" }, { value: 1 }],
    },
    {
      name: "brackets in strings are not deep",
      given: '"[[[[{{{{"\n"\\"[[[["\n',
      want: [{ value: "[[[[{{{{" }, { value: '"[[[[' }],
    },
    {
      name: "many next to each other are not deep",
      given: "[[],[],[],[],{},{}]\n",
      want: [{ value: [[], [], [], [], {}, {}] }],
    },
  ];

/** Bytes that may follow, and change nothing of what came before. */
const tails: readonly string[] = ["", "1\n", "{", "\n\n", long];

function check({ name, given, want }: (typeof rows)[number]): void {
  void test(`decoder: ${name}`, () => {
    const bytes = Buffer.from(given);
    assert.deepEqual(decode([bytes]), want, "whole");
    assert.deepEqual(decode([...bytes].map((byte) => Uint8Array.of(byte))), want, "byte by byte");
    for (let at = 1; at < bytes.length; at += 1) {
      assert.deepEqual(decode([bytes.subarray(0, at), bytes.subarray(at)]), want, `cut at ${at}`);
    }
    if (bytes.at(-1) !== 0x0a) return;
    for (const tail of tails) {
      assert.deepEqual(
        decode([Buffer.concat([bytes, Buffer.from(tail)])]).slice(0, want.length),
        want,
        `before ${tail}`,
      );
    }
  });
}

rows.forEach(check);

function decode(chunks: readonly Uint8Array[]): readonly Want[] {
  const decoder = new Decoder(limits);
  return chunks.flatMap((chunk) => [...decoder.push(chunk)].map(toWant));
}

function toWant(decoded: Decoded): Want {
  if (decoded.kind === "value") return { value: decoded.value };
  assert.equal(decoded.error.name, "parse");
  return { says: decoded.error.message };
}

void test("decoder: whatever comes, in whatever pieces, is decoded alike, without a throw", () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.json({ maxDepth: 5 }).map((text) => new TextEncoder().encode(`${text}\n`)),
    fc.constantFrom("\n", '"', "{", "[", "\\", "\0").map((text) => new TextEncoder().encode(text)),
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 20 }),
      fc.array(fc.nat({ max: 400 }), { maxLength: 10 }),
      (pieces, cuts) => {
        const bytes = Buffer.concat(pieces);
        const whole = decode([bytes]);
        const chunks: Uint8Array[] = [];
        let from = 0;
        for (const cut of [...cuts, bytes.length].sort((one, other) => one - other)) {
          chunks.push(bytes.subarray(from, Math.max(from, cut)));
          from = Math.max(from, Math.min(cut, bytes.length));
        }
        assert.deepEqual(decode(chunks), whole);
      },
    ),
  );
});

void test("decoder: memory is bounded by the line's limit", () => {
  const decoder = new Decoder({ lineBytesMax: 1_024, depthMax: 3 });
  const chunk = new Uint8Array(64 * 1_024).fill(0x78);
  let errors = 0;
  const beforeBytes = process.memoryUsage().arrayBuffers;
  for (let count = 0; count < 1_000; count += 1) errors += [...decoder.push(chunk)].length;
  assert.equal(errors, 1);
  assert.ok(process.memoryUsage().arrayBuffers - beforeBytes < 8 * 1_024 * 1_024);
  assert.equal(decoder.isInLine, true);
});
