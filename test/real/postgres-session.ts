/**
 * A client of PostgreSQL, as small as one can be: simple queries, text values, no password.
 *
 * Source: PostgreSQL 15, chapter 55, "Frontend/Backend Protocol": a message is a letter, a length that counts itself, and a
 * body; an answer ends with ReadyForQuery (Z), or with the error after which the server closes the connection.
 */
import { Dialogue, type Cut } from "./dialogue.ts";
import type { Address, Session } from "./session.ts";

interface Answer {
  readonly rows: readonly (readonly string[])[];
  readonly error: string | null;
}

export async function openPostgres(address: Address, withinMs: number): Promise<Session> {
  const dialogue = await Dialogue.open(address, cutAnswer, withinMs);
  const ask = async (question: Buffer): Promise<Answer["rows"]> => {
    const { rows, error } = await dialogue.ask(question);
    if (error !== null) throw new Error(error);
    return rows;
  };
  try {
    await ask(startup({ user: "postgres", database: "postgres", application_name: "lab" }));
  } catch (error) {
    dialogue.close();
    throw error;
  }
  return {
    insert: async (row) => {
      const [[host = "", standbys = ""] = []] = await ask(
        query(`insert into rows values (${row}) returning ${server}`),
      );
      return { host, isReplicated: standbys !== "" };
    },
    touch: async () => {
      const { error } = await dialogue.ask(query("set synchronous_commit = local; insert into touches default values"));
      return error === null;
    },
    rows: async () => (await ask(query("select id from rows"))).map(([id]) => Number(id)),
    touches: async () =>
      String(await ask(query("select count(*), md5(string_agg(ctid || ' ' || id, ',')) from touches"))),
    close: () => dialogue.close(),
  };
}

/** Which server it is, and whom it waits for before it acknowledges a commit. */
const server = "current_setting('cluster_name'), current_setting('synchronous_standby_names')";

function startup(parameters: Readonly<Record<string, string>>): Buffer {
  const words = Object.entries(parameters).flat();
  const body = Buffer.from(`${words.map((word) => `${word}\0`).join("")}\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + body.length, 0);
  head.writeInt32BE(196_608, 4); // protocol 3.0
  return Buffer.concat([head, body]);
}

function query(sql: string): Buffer {
  const body = Buffer.from(`${sql}\0`);
  const head = Buffer.from("Q\0\0\0\0");
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
}

const cutAnswer: Cut<Answer> = (received) => {
  const rows: string[][] = [];
  let error: string | null = null;
  for (let at = 0; at + 5 <= received.length;) {
    const end = at + 1 + received.readInt32BE(at + 1);
    if (end > received.length) return null;
    const kind = String.fromCharCode(received[at] ?? 0);
    const body = received.subarray(at + 5, end);
    at = end;
    if (kind === "D") rows.push(readRow(body));
    if (kind === "E") error ??= readError(body);
    if (kind === "Z" || (kind === "E" && /^(FATAL|PANIC)/.test(error ?? "")))
      return { answer: { rows, error }, bytes: at };
  }
  return null;
};

/** Columns: a length each, and the text. */
function readRow(body: Buffer): string[] {
  const columns: string[] = [];
  let at = 2;
  for (let left = body.readInt16BE(0); left > 0; left -= 1) {
    const length = Math.max(0, body.readInt32BE(at));
    columns.push(body.toString("utf8", at + 4, at + 4 + length));
    at += 4 + length;
  }
  return columns;
}

/** Fields: a letter each, and a text that ends with a zero. */
function readError(body: Buffer): string {
  const fields = body.toString("utf8").split("\0");
  const field = (letter: string): string => fields.find((text) => text.startsWith(letter))?.slice(1) ?? "";
  return `${field("V")}: ${field("M")}`;
}
