/** The small parts below the processes, as tables: what is kept of an output, lines, words, and /proc/PID/stat. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LineSplitter, lineBurstMs, lineDropMs } from "../../src/host/line-splitter.ts";
import { decodeOutput, OutputHead, OutputTail } from "../../src/host/output-decoder.ts";
import { parseStat } from "../../src/host/process-identity.ts";
import { parseAnswer, parseFifoName } from "../../src/host/runner-script.ts";
import { quoteWord } from "../../src/host/shell-words.ts";
import { parsePasswd } from "../../src/host/user-identity.ts";

const heads: readonly {
  name: string;
  given: readonly string[];
  limit: number;
  head: string;
  tail: string;
  dropped: number;
}[] = [
  { name: "nothing", given: [], limit: 4, head: "", tail: "", dropped: 0 },
  { name: "less than the limit", given: ["ab"], limit: 4, head: "ab", tail: "ab", dropped: 0 },
  { name: "just the limit", given: ["ab", "cd"], limit: 4, head: "abcd", tail: "abcd", dropped: 0 },
  { name: "one more", given: ["ab", "cde"], limit: 4, head: "abcd", tail: "bcde", dropped: 1 },
  { name: "one piece that is too long", given: ["abcdefghij"], limit: 4, head: "abcd", tail: "ghij", dropped: 6 },
  { name: "many after the end", given: ["abcd", "e", "f", "g"], limit: 4, head: "abcd", tail: "defg", dropped: 3 },
  { name: "half a character at the limit", given: ["abc漢"], limit: 4, head: "abc", tail: "c漢", dropped: 2 },
  { name: "a character in two pieces is whole", given: ["abcé"], limit: 8, head: "abcé", tail: "abcé", dropped: 0 },
];

void test("the head and the tail of an output", () => {
  for (const { name, given, limit, head, tail, dropped } of heads) {
    for (const cut of [(bytes: Uint8Array) => [bytes], byteByByte]) {
      const keptHead = new OutputHead(limit);
      const keptTail = new OutputTail(limit);
      for (const bytes of given.flatMap((text) => cut(Buffer.from(text)))) {
        keptHead.push(bytes);
        keptTail.push(bytes);
      }
      assert.deepEqual([keptHead.text(), keptHead.droppedBytes, keptTail.droppedBytes], [head, dropped, dropped], name);
      if (name !== "half a character at the limit") assert.equal(keptTail.text(), tail, name);
    }
  }
});

void test("bytes as text", () => {
  const rows: readonly { given: number[]; isCut: boolean; want: string }[] = [
    { given: [0x61, 0, 0x62], isCut: false, want: "ab" },
    { given: [0xff, 0x61], isCut: false, want: "\u{fffd}a" },
    { given: [0xef, 0xbb, 0xbf, 0x61], isCut: false, want: "\u{feff}a" },
    { given: [0x61, 0xe6, 0xbc], isCut: false, want: "a\u{fffd}" },
    { given: [0x61, 0xe6, 0xbc], isCut: true, want: "a" },
  ];
  for (const { given, isCut, want } of rows) assert.equal(decodeOutput(new Uint8Array(given), { isCut }), want);
});

const splits: readonly { name: string; given: string; want: readonly string[]; dropped: number }[] = [
  { name: "nothing", given: "", want: [], dropped: 0 },
  { name: "one line", given: "a\n", want: ["a"], dropped: 0 },
  { name: "no newline at the end", given: "a\nb", want: ["a", "b"], dropped: 0 },
  { name: "empty lines", given: "\n\na\n", want: ["", "", "a"], dropped: 0 },
  { name: "just the limit", given: "12345678\n", want: ["12345678"], dropped: 0 },
  { name: "too long", given: "123456789\nb\n", want: ["12345678", "b"], dropped: 1 },
  { name: "too long at the end", given: "1234567890", want: ["12345678"], dropped: 2 },
];

void test("lines, whole and byte by byte", () => {
  for (const { name, given, want, dropped } of splits) {
    for (const cut of [(bytes: Uint8Array) => [bytes], byteByByte]) {
      const lines: string[] = [];
      const splitter = new LineSplitter({ lineBytesMax: 8, onLine: (line) => lines.push(line), nowMs: () => 0 });
      for (const bytes of cut(Buffer.from(given))) assert.equal(splitter.push(bytes), 0);
      splitter.end();
      assert.deepEqual([lines, splitter.droppedBytes], [want, dropped], name);
    }
  }
});

void test("lines that come too fast wait; where they cannot, they are dropped and counted", () => {
  let nowMs = 0;
  let count = 0;
  const splitter = new LineSplitter({ lineBytesMax: 8, onLine: () => (count += 1), nowMs: () => nowMs });
  assert.equal(splitter.push(Buffer.from("x\n".repeat(lineBurstMs))), 0);
  assert.equal(splitter.push(Buffer.from("x\n")), lineBurstMs + 1);
  nowMs += lineBurstMs + 1;
  assert.equal(splitter.push(Buffer.from("x\n")), 0);
  splitter.push(Buffer.from("x\n".repeat(2 * lineDropMs)));
  assert.equal(count, lineBurstMs + 2 + lineDropMs);
  assert.equal(splitter.droppedBytes, 2 * lineDropMs);
});

void test("/proc/PID/stat", () => {
  const rest = "1 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4711 2994176 250";
  const rows: readonly { name: string; given: string; want: ReturnType<typeof parseStat> }[] = [
    {
      name: "plain",
      given: `7 (sh) S ${rest}`,
      want: { identity: { pid: 7, startTicks: 4711 }, isDead: false, group: 7 },
    },
    {
      name: "blanks and parentheses",
      given: `7 (a) Z (b) R ${rest}`,
      want: { identity: { pid: 7, startTicks: 4711 }, isDead: false, group: 7 },
    },
    {
      name: "zombie",
      given: `7 (sh) Z ${rest}`,
      want: { identity: { pid: 7, startTicks: 4711 }, isDead: true, group: 7 },
    },
    {
      name: "dead",
      given: `7 (sh) X ${rest}`,
      want: { identity: { pid: 7, startTicks: 4711 }, isDead: true, group: 7 },
    },
    { name: "no name", given: "7 sh S 1", want: null },
    { name: "cut off", given: "7 (sh) S 1 7", want: null },
    { name: "empty", given: "", want: null },
  ];
  for (const { name, given, want } of rows) assert.deepEqual(parseStat(given), want, name);
});

void test("words for a shell", () => {
  const rows = { "": "''", a: "'a'", "it's": String.raw`'it'\''s'`, $x: "'$x'", "a\nb": `'a'"$failoverd_newline"'b'` };
  for (const [given, want] of Object.entries(rows)) assert.equal(quoteWord(given), want);
  assert.throws(() => quoteWord("a\0b"), /NUL/);
});

void test("what a runner says, and what its FIFOs are called", () => {
  assert.deepEqual(parseAnswer("17 0"), { job: 17, code: 0 });
  for (const given of ["", "ready", "17", "17 0 1", "-1 0", "17 1234", "a b"]) assert.equal(parseAnswer(given), null);
  assert.equal(parseFifoName("3-4711.out"), 4711);
  assert.equal(parseFifoName("3-4711.err"), 4711);
  for (const given of ["", "3.out", "3-x.out", "3-4711.txt"]) assert.equal(parseFifoName(given), null);
});

void test("users", () => {
  const text = "root:x:0:0:root:/root:/bin/sh\n#c\nab:x:7:8::/home/ab:\nbroken:x:x:8::/:\n";
  assert.deepEqual(parsePasswd(text, "ab"), { name: "ab", uid: 7, gid: 8, home: "/home/ab" });
  for (const name of ["a", "broken", "", "#c"]) assert.equal(parsePasswd(text, name), null);
});

function byteByByte(bytes: Uint8Array): readonly Uint8Array[] {
  return Array.from(bytes, (_, index) => bytes.subarray(index, index + 1));
}
