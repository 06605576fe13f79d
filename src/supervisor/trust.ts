/**
 * Who could change this file? A daemon that runs as root runs scripts as root, so whoever can write to one of them, or to
 * a folder above it, is root as well. Such a script is refused when the configuration is loaded.
 *
 * A path is walked from `/` on, through every symlink, as the system would. Each file and folder on the way has to belong
 * to somebody trusted, and nobody else may be allowed to write to it. A sticky folder (/tmp) may be writable: entries in
 * it can be replaced by their owner only, and the owners are looked at. ACLs and other namespaces are not looked at.
 *
 * Pure: what is at a path is asked of `look`.
 */

export interface Seen {
  readonly kind: "file" | "folder" | "symlink" | "other";
  /** Permission bits, set-id and sticky bits included: `0o1777`. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Where a symlink points to; empty for anything else. */
  readonly target: string;
}

/** What is at a path, symlinks not followed; null if nothing can be seen there. */
export type Look = (path: string) => Seen | null;

export type Trust =
  | { readonly kind: "trusted"; readonly realPath: string }
  | { readonly kind: "absent"; readonly path: string }
  /** `reason` ends a sentence that begins with the script's name; `mend` is a command for a shell. */
  | { readonly kind: "untrusted"; readonly path: string; readonly reason: string; readonly mend: string };

/** As many as Linux follows (path_resolution(7)). */
const symlinksMax = 40;

const sticky = 0o1000;
const writableByGroup = 0o020;
const writableByOthers = 0o002;

/**
 * Walks an absolute path and says whether only `trustedOwners` (uids, root among them) can change what it leads to. Group 0
 * counts as root.
 */
export function judgeTrust(path: string, trustedOwners: ReadonlySet<number>, look: Look): Trust {
  let realPath = "/";
  for (const { path: here, seen, folder } of walk(path, look)) {
    if (seen === null) return { kind: "absent", path: here };
    if (seen.kind === "symlink") {
      if (isShared(look(folder)) && !trustedOwners.has(seen.uid)) return wrongOwner(here, seen);
      continue;
    }
    if (!trustedOwners.has(seen.uid)) return wrongOwner(here, seen);
    if (writersBeyondOwner(seen) !== null && !isShared(seen)) return wrongMode(here, seen);
    realPath = here;
  }
  return { kind: "trusted", realPath };
}

export interface Visited {
  readonly path: string;
  /** null: nothing can be seen there, or the symlinks lead in a circle; then it is the last one. */
  readonly seen: Seen | null;
  /** In which it was looked for. */
  readonly folder: string;
}

/** Everything on the way to an absolute path, from `/` on, as the system goes it: folders, symlinks, and last what it leads to. */
export function* walk(path: string, look: Look): Iterable<Visited> {
  const names = split(path);
  let at = "/";
  let symlinks = 0;
  for (let name: string | undefined = ""; name !== undefined; name = names.shift()) {
    const here = name === "" ? at : name === ".." ? parent(at) : join(at, name);
    const seen = look(here);
    yield { path: here, seen, folder: at };
    if (seen === null) return;
    if (seen.kind !== "symlink") {
      at = here;
      continue;
    }
    symlinks += 1;
    if (symlinks > symlinksMax) {
      yield { path, seen: null, folder: at };
      return;
    }
    names.unshift(...split(seen.target));
    if (seen.target.startsWith("/")) at = "/";
  }
}

/** A folder that others may write to, in which they can still not replace what is not theirs. */
function isShared(seen: Seen | null): boolean {
  return seen?.kind === "folder" && (seen.mode & sticky) !== 0 && writersBeyondOwner(seen) !== null;
}

function writersBeyondOwner(seen: Seen): "everybody" | "its group" | null {
  if ((seen.mode & writableByOthers) !== 0) return "everybody";
  if ((seen.mode & writableByGroup) !== 0 && seen.gid !== 0) return "its group";
  return null;
}

function wrongMode(path: string, seen: Seen): Trust {
  const what = seen.kind === "folder" ? "the folder" : "the file";
  const who = writersBeyondOwner(seen) === "everybody" ? "everybody" : `its group (${seen.gid})`;
  const mode = seen.mode.toString(8).padStart(4, "0");
  return {
    kind: "untrusted",
    path,
    reason: `${what} ${path} can be written to by ${who} (mode ${mode}), who could then run anything as root`,
    mend: `chmod go-w ${quote(path)}`,
  };
}

function wrongOwner(path: string, seen: Seen): Trust {
  const option = seen.kind === "symlink" ? "-h " : "";
  return {
    kind: "untrusted",
    path,
    reason: `the ${seen.kind === "other" ? "file" : seen.kind} ${path} belongs to user ${seen.uid}, who could then run anything as root`,
    mend: `chown ${option}root ${quote(path)}`,
  };
}

function split(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

function join(folder: string, name: string): string {
  return folder === "/" ? `/${name}` : `${folder}/${name}`;
}

function parent(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}

function quote(word: string): string {
  return /^[\w./:@+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
