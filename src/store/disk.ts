/**
 * What the store needs of a disk. The real one is in `host/`, the simulated one (lost and torn writes, renames that are
 * not durable, a full disk, errors of any call) in the tests; both satisfy this interface and the same contract tests.
 *
 * Every failure is an answer, never a throw: a disk that is full or broken is expected, and what is then done is decided
 * by the store. No call remembers anything between calls but an `AppendFile`, which is an open file and nothing more.
 *
 * Durable means: there after the machine lost its power at any later moment. A call that fails may have done any part of
 * its work, and may or may not have made it durable; after a failed call the caller believes only what it reads again.
 */

/** The system's name of what went wrong (`ENOSPC`, `EIO`, `ENOENT`), and a sentence that names the file. */
export interface DiskFailure {
  readonly ok: false;
  readonly errno: string;
  readonly reason: string;
}

export interface Done {
  readonly ok: true;
}

export interface Disk {
  /**
   * Opens a file to be written at its end. One that is missing is made, empty, mode 0600, and its name is durable before
   * the answer.
   */
  openAppend(path: string): Promise<{ readonly ok: true; readonly file: AppendFile } | DiskFailure>;

  /**
   * Up to `bytesMax` bytes from `fromByte` on; fewer only where the file ends, none at or behind its end. The bytes
   * belong to the caller. What is no regular file (a folder, a pipe) fails, and never blocks.
   */
  read(
    path: string,
    range: { readonly fromByte: number; readonly bytesMax: number },
  ): Promise<{ readonly ok: true; readonly bytes: Uint8Array } | DiskFailure>;

  /** The length in bytes of a regular file; `ENOENT` if there is none. */
  size(path: string): Promise<{ readonly ok: true; readonly bytes: number } | DiskFailure>;

  /**
   * Makes the file's content `bytes`, mode 0600: written to `PATH.new` beside it, synced, renamed over it, the folder
   * synced. After a crash at any moment the file is the old one (or missing as before) or the new one, whole; when this
   * has answered well it is the new one. `PATH.new` may be left behind by a crash or a failure, and is overwritten next time.
   */
  replace(path: string, bytes: Uint8Array): Promise<Done | DiskFailure>;

  /** Renames within one folder, over what is there, and syncs the folder: durable when this has answered well. */
  rename(path: string, toPath: string): Promise<Done | DiskFailure>;

  /** Cuts the file to its first `bytes` bytes, and syncs it. Never makes it longer. */
  truncate(path: string, bytes: number): Promise<Done | DiskFailure>;

  /**
   * Takes `bytes` bytes of real space for the file, mode 0600, so that removing it gives them back: written and synced, not a
   * hole. A file of that length or more is left as it is.
   */
  reserve(path: string, bytes: number): Promise<Done | DiskFailure>;

  /** Removes a file; one that is missing is no failure. Not durable: after a crash it may be back. */
  remove(path: string): Promise<Done | DiskFailure>;

  /** The names of what is in a folder, in no order. */
  list(folder: string): Promise<{ readonly ok: true; readonly names: readonly string[] } | DiskFailure>;

  /** Makes a folder, mode 0700, durably; one that is there is no failure, and its mode is left as it is. */
  makeFolder(path: string): Promise<Done | DiskFailure>;
}

/** A file that is open for appending. One call at a time: the caller awaits each. */
export interface AppendFile {
  /** Writes all of `bytes` at the end. A failure may have written any part of them. */
  write(bytes: Uint8Array): Promise<Done | DiskFailure>;
  /** All that was written is durable when this has answered well (fdatasync). After a failure nothing since the last success is. */
  datasync(): Promise<Done | DiskFailure>;
  /** Makes nothing durable. The handle is not to be used again. */
  close(): Promise<Done | DiskFailure>;
}
