/** What the simulated disk's files and names are made of: bytes that are cached and bytes that are durable, and how each changes. */

export const blockBytes = 4_096;

export type Change =
  | { readonly kind: "write"; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: "cut"; readonly to: number };

export type Naming =
  | { readonly kind: "link"; readonly path: string; readonly inode: Inode }
  | { readonly kind: "unlink"; readonly path: string }
  | { readonly kind: "rename"; readonly path: string; readonly toPath: string };

/** Bytes that grow cheaply. */
export class Content {
  #buffer = new Uint8Array(0);
  length = 0;

  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.length);
  }

  apply(change: Change): void {
    if (change.kind === "cut") {
      this.#buffer.fill(0, change.to, this.length);
      this.length = Math.min(this.length, change.to);
      return;
    }
    const end = change.at + change.bytes.length;
    if (end > this.#buffer.length) {
      /** A file that is written in one go needs no more. */
      const grown = new Uint8Array(this.length === 0 ? end : end * 2);
      grown.set(this.bytes());
      this.#buffer = grown;
    }
    this.#buffer.set(change.bytes, change.at);
    this.length = Math.max(this.length, end);
  }
}

export class Inode {
  /** What reading shows. */
  readonly cached = new Content();
  /** What is there after the power failed, but for what survives of `unsynced`. */
  durable = new Content();
  unsynced: Change[] = [];

  change(change: Change): void {
    this.cached.apply(change);
    this.unsynced.push(change);
  }

  get blocks(): number {
    return Math.ceil(Math.max(this.cached.length, this.durable.length) / blockBytes);
  }
}

export function applyNaming(names: Map<string, Inode>, naming: Naming): void {
  switch (naming.kind) {
    case "link":
      names.set(naming.path, naming.inode);
      return;
    case "unlink":
      names.delete(naming.path);
      return;
    case "rename": {
      const inode = names.get(naming.path);
      names.delete(naming.path);
      if (inode !== undefined) names.set(naming.toPath, inode);
    }
  }
}
