/**
 * The real disk. The interface is the store's (`store/disk.ts`), which says what each call promises; this folder knows
 * nothing of the store, so the shapes are written out here, and a test holds the two against each other. Every failure is
 * an answer, `{ ok: false, errno, reason }`, never a throw.
 */
import { randomFillSync } from "node:crypto";
import { constants } from "node:fs";
import { mkdir, open, readdir, rename, stat, unlink, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { errnoInWords, errnoOf } from "./errno.ts";

export interface FileFailure {
  readonly ok: false;
  readonly errno: string;
  readonly reason: string;
}

interface Done {
  readonly ok: true;
}

const done: Done = { ok: true };

/** Files go to and come from the disk in pieces of this size. */
const pieceBytes = 1024 * 1024;

/** Satisfies `Disk` of `store/disk.ts`. Keeps no state: any number may use it. */
export const realDisk = {
  openAppend: (path: string) =>
    attempt(`${path} could not be opened`, async () => {
      const file = await openFile(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT);
      return orClose(file, async () => {
        await syncFolder(dirname(path));
        return { ok: true, file: appendFile(path, file) } as const;
      });
    }),

  read: (path: string, range: { readonly fromByte: number; readonly bytesMax: number }) =>
    attempt(`${path} could not be read`, () =>
      withFile(path, constants.O_RDONLY, async (file) => ({ ok: true, bytes: await readRange(file, range) }) as const),
    ),

  size: (path: string) =>
    attempt(`the length of ${path} could not be read`, async () => {
      const stats = await stat(path);
      if (!stats.isFile()) throw new NotAFile();
      return { ok: true, bytes: stats.size } as const;
    }),

  replace: (path: string, bytes: Uint8Array) =>
    attempt(`${path} could not be written`, async () => {
      await withFile(`${path}.new`, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, async (file) => {
        await file.chmod(0o600);
        await writeAll(file, bytes);
        await file.sync();
      });
      await rename(`${path}.new`, path);
      await syncFolder(dirname(path));
      return done;
    }),

  rename: (path: string, toPath: string) =>
    attempt(`${path} could not be renamed to ${toPath}`, async () => {
      await rename(path, toPath);
      await syncFolder(dirname(toPath));
      return done;
    }),

  truncate: (path: string, bytes: number) =>
    attempt(`${path} could not be cut`, () =>
      withFile(path, constants.O_WRONLY, async (file) => {
        if ((await file.stat()).size > bytes) await file.truncate(bytes);
        await file.sync();
        return done;
      }),
    ),

  reserve: (path: string, bytes: number) =>
    attempt(`space for ${path} could not be reserved`, () =>
      withFile(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, async (file) => {
        await fillUp(file, bytes);
        await file.sync();
        return done;
      }),
    ),

  remove: (path: string) =>
    attempt(`${path} could not be removed`, async () => {
      await unlink(path).catch(unlessErrno("ENOENT"));
      return done;
    }),

  list: (folder: string) =>
    attempt(`the folder ${folder} could not be read`, async () => {
      const names: readonly string[] = await readdir(folder);
      return { ok: true, names } as const;
    }),

  makeFolder: (path: string) =>
    attempt(`the folder ${path} could not be made`, async () => {
      await mkdir(path, { mode: 0o700 }).catch(unlessErrno("EEXIST"));
      if (!(await stat(path)).isDirectory()) throw new NotAFolder();
      await syncFolder(dirname(path));
      return done;
    }),
};

function appendFile(path: string, file: FileHandle) {
  return {
    write: (bytes: Uint8Array) =>
      attempt(`${path} could not be written`, async () => {
        await writeAll(file, bytes);
        return done;
      }),
    datasync: () =>
      attempt(`${path} could not be synced`, async () => {
        await file.datasync();
        return done;
      }),
    close: () =>
      attempt(`${path} could not be closed`, async () => {
        await file.close();
        return done;
      }),
  };
}

class NotAFile extends Error {
  readonly code = "EINVAL";
}

class NotAFolder extends Error {
  readonly code = "ENOTDIR";
}

async function attempt<Answer>(sentence: string, act: () => Promise<Answer>): Promise<Answer | FileFailure> {
  try {
    return await act();
  } catch (error) {
    const errno = errnoOf(error);
    const words = error instanceof NotAFile ? "it is not a regular file" : errnoInWords(errno);
    return { ok: false, errno, reason: `${sentence}: ${words}` };
  }
}

/** Mode 0600 if it is made. O_NONBLOCK: a pipe in its place fails, and does not block; for a file it means nothing. */
async function openFile(path: string, flags: number): Promise<FileHandle> {
  const file = await open(path, flags | constants.O_NONBLOCK, 0o600);
  return orClose(file, async () => {
    if (!(await file.stat()).isFile()) throw new NotAFile();
    return file;
  });
}

async function withFile<Answer>(
  path: string,
  flags: number,
  use: (file: FileHandle) => Promise<Answer>,
): Promise<Answer> {
  const file = await openFile(path, flags);
  const answer = await orClose(file, () => use(file));
  /** A disk may say only now that it did not take what was written. */
  await file.close();
  return answer;
}

/** Closes the file if `use` fails, whose failure is then the one that counts. */
async function orClose<Answer>(file: FileHandle, use: () => Promise<Answer>): Promise<Answer> {
  try {
    return await use();
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
}

async function readRange(
  file: FileHandle,
  range: { readonly fromByte: number; readonly bytesMax: number },
): Promise<Uint8Array> {
  const lengthBytes = Math.max(0, Math.min(range.bytesMax, (await file.stat()).size - range.fromByte));
  const bytes = new Uint8Array(lengthBytes);
  let readBytes = 0;
  while (readBytes < lengthBytes) {
    const { bytesRead } = await file.read(bytes, readBytes, lengthBytes - readBytes, range.fromByte + readBytes);
    if (bytesRead === 0) break;
    readBytes += bytesRead;
  }
  return bytes.subarray(0, readBytes);
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let from = 0; from < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, from, Math.min(pieceBytes, bytes.length - from), null);
    from += bytesWritten;
  }
}

/** Not with zeros: a file system that compresses would take no space for them, and give none back. */
async function fillUp(file: FileHandle, lengthBytes: number): Promise<void> {
  const piece = randomFillSync(new Uint8Array(pieceBytes));
  for (let missingBytes = lengthBytes - (await file.stat()).size; missingBytes > 0; missingBytes -= pieceBytes) {
    await writeAll(file, piece.subarray(0, Math.min(pieceBytes, missingBytes)));
  }
}

/** A rename or a new name is durable when its folder is. A file system that knows no such thing says EINVAL. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await folder.sync().catch(unlessErrno("EINVAL"));
  } finally {
    await folder.close();
  }
}

function unlessErrno(errno: string): (error: unknown) => void {
  return (error) => {
    if (errnoOf(error) !== errno) throw error;
  };
}
