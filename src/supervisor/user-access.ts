/**
 * Whether a user could run a program: go through every folder above it, execute it, and read it if it is a script, because
 * then its interpreter does so. What the daemon itself may do says nothing about that: it is root, and the user is not.
 *
 * By owner, group and mode, as the system decides. What an access control list opens is not seen here: whoever asks looks
 * whether the denied path has one.
 */
import { walk, type Look, type Seen } from "./trust.ts";

export interface Identity {
  readonly name: string;
  readonly uid: number;
  /** All that the user is in, the primary one among them. */
  readonly groups: readonly number[];
}

export interface Denial {
  /** What may not be entered, read or executed. */
  readonly path: string;
  readonly reason: string;
  /** A command for a shell. */
  readonly mend: string;
}

const execute = 1;
const read = 4;

/** null: the user may. `isScript`: another program has to read it. */
export function judgeUserAccess(
  path: string,
  of: { readonly user: Identity; readonly isScript: boolean },
  look: Look,
): Denial | null {
  const { user, isScript } = of;
  if (user.uid === 0) return null;
  for (const { path: here, seen } of walk(path, look)) {
    if (seen === null) return null;
    if (seen.kind === "symlink") continue;
    const isFolder = seen.kind === "folder";
    const needed = execute + (isScript && !isFolder ? read : 0);
    const { letter, bits } = permissionsOf(user, seen);
    if ((bits & needed) === needed) continue;
    const verb = isFolder ? "enter the folder" : (bits & execute) === 0 ? "run" : "read, and so not run,";
    const mode = seen.mode.toString(8).padStart(4, "0");
    const owner = seen.uid === 0 ? "root" : seen.uid;
    return {
      path: here,
      reason: `${user.name} may not ${verb} ${here} (mode ${mode}, owner ${owner})`,
      mend: `chmod ${letter}+${needed === execute ? "x" : "rx"} ${here}`,
    };
  }
  return null;
}

/** The three bits that count for the user, and whose they are for chmod(1): the owner's do even where others may more. */
function permissionsOf(user: Identity, { mode, uid, gid }: Seen): { readonly letter: string; readonly bits: number } {
  if (uid === user.uid) return { letter: "u", bits: (mode >> 6) & 7 };
  if (user.groups.includes(gid)) return { letter: "g", bits: (mode >> 3) & 7 };
  return { letter: "o", bits: mode & 7 };
}
