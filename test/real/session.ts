/**
 * What the lab's writer and probers need of a database: a connection on which a numbered row can be written, and rows be
 * read. Every wait has a limit, because a host that lost its power says nothing at all: not even that a connection ended.
 */

/** One connection. After a failure it is of no use any more: close it, and open another. */
export interface Session {
  /** Writes the row; resolves when the server has acknowledged it. Throws an Error if it did not, or not in time. */
  insert(row: number): Promise<Acknowledged>;
  /** Writes something that only shows that one can write here; false: the server is well, and does not let us. */
  touch(): Promise<boolean>;
  /** The numbers of all rows, in no order. */
  rows(): Promise<readonly number[]>;
  /** What was touched, as a text that differs where it does. */
  touches(): Promise<string>;
  close(): void;
}

export interface Acknowledged {
  /** The host that took it, as the server there says itself. */
  readonly host: string;
  /** The other host has it as well: that was waited for. */
  readonly isReplicated: boolean;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Opens a connection; throws an Error if that fails. `withinMs` holds for opening it, and for each question after that. */
export type Open = (address: Address, withinMs: number) => Promise<Session>;
