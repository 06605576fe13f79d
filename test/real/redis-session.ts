/**
 * A client of Redis, as small as one can be.
 *
 * Source: the Redis serialization protocol, RESP2: a type's first character, and text up to a line's end; strings and arrays
 * say how long they are.
 */
import { Dialogue, type Cut } from "./dialogue.ts";
import type { Address, Session } from "./session.ts";

type Answer = string | number | null | Failure | readonly Answer[];

class Failure {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** How long the replica is waited for: it answers in a millisecond if there is one. */
const replicaWithinMs = 50;

export async function openRedis(address: Address, withinMs: number): Promise<Session> {
  const dialogue = await Dialogue.open(address, cutAnswer, withinMs);
  const ask = async (...words: readonly string[]): Promise<Exclude<Answer, Failure>> => {
    const answer = await dialogue.ask(question(words));
    if (answer instanceof Failure) throw new Error(answer.text);
    return answer;
  };
  let host: string;
  try {
    const [, folder] = listOf(await ask("config", "get", "dir"));
    host = typeof folder === "string" ? (folder.split("/").at(-2) ?? "") : "";
  } catch (error) {
    dialogue.close();
    throw error;
  }
  return {
    insert: async (row) => {
      const written = ask("sadd", "rows", String(row));
      const waited = ask("wait", "1", String(replicaWithinMs));
      const [, replicas] = await Promise.all([written, waited]);
      return { host, isReplicated: replicas === 1 };
    },
    touch: async () => !((await dialogue.ask(question(["incr", `touches:${host}`]))) instanceof Failure),
    rows: async () => listOf(await ask("smembers", "rows")).map(Number),
    touches: async () => JSON.stringify(await ask("mget", "touches:host1", "touches:host2")),
    close: () => dialogue.close(),
  };
}

function listOf(answer: Answer): readonly Answer[] {
  return Array.isArray(answer) ? answer : [];
}

function question(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`;
}

const cutAnswer: Cut<Answer> = (received) => {
  const lineEnd = received.indexOf("\r\n");
  if (lineEnd === -1) return null;
  const text = received.toString("utf8", 1, lineEnd);
  const bytes = lineEnd + 2;
  switch (String.fromCharCode(received[0] ?? 0)) {
    case "+":
      return { answer: text, bytes };
    case "-":
      return { answer: new Failure(text), bytes };
    case ":":
      return { answer: Number(text), bytes };
    case "$": {
      if (text === "-1") return { answer: null, bytes };
      const end = bytes + Number(text);
      return received.length < end + 2 ? null : { answer: received.toString("utf8", bytes, end), bytes: end + 2 };
    }
    case "*":
      return cutList(received, bytes, Number(text));
    default:
      return { answer: new Failure(`not understood: ${text}`), bytes: received.length };
  }
};

function cutList(received: Buffer, from: number, count: number): ReturnType<typeof cutAnswer> {
  const answer: Answer[] = [];
  let bytes = from;
  while (answer.length < count) {
    const next = cutAnswer(received.subarray(bytes));
    if (next === null) return null;
    answer.push(next.answer);
    bytes += next.bytes;
  }
  return { answer, bytes };
}
