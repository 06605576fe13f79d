/** Whom a name stands for, where a directory of users has to be asked: getent(1) is a stand-in that ends as the real one may. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { writeCommand, type CommandText } from "../../src/host/command-text.ts";
import { findUser, type FoundUser } from "../../src/host/user-identity.ts";
import { makeFolder, writeScript } from "../checks/folder.ts";

const rows: readonly {
  readonly name: string;
  readonly getent: string;
  readonly want: FoundUser;
  readonly reason: RegExp;
}[] = [
  {
    name: "is not in it",
    getent: "exit 2",
    want: { kind: "none" },
    reason: /^there is no user "somebody"$/,
  },
  {
    name: "cannot be asked",
    getent: "echo 'no directory' >&2; exit 1",
    want: { kind: "unanswered", why: "it ended with exit code 1, and said: no directory" },
    reason: /^whether there is a user "somebody" is not known: getent passwd was asked, and it ended with exit code 1,/,
  },
  {
    name: "hangs",
    getent: "exec sleep 60",
    want: { kind: "unanswered", why: "it took longer than 5 s" },
    reason: /^whether there is a user "somebody" is not known: .* it took longer than 5 s$/,
  },
];

for (const { name, getent, want, reason } of rows) {
  void test(`a user that a directory is asked for, which ${name}`, async (context) => {
    const folder = makeFolder(context);
    writeScript(folder, "getent", getent);
    const before = process.env["PATH"] ?? "";
    context.after(() => (process.env["PATH"] = before));
    process.env["PATH"] = `${folder}:${before}`;
    const command = { argv: ["/bin/true"], env: {}, user: "somebody" } as const;
    const [found, written] = await Promise.all([
      new Promise<FoundUser>((answer) => findUser("somebody", answer)),
      new Promise<CommandText>((ready) => writeCommand(command, ready)),
    ]);
    assert.deepEqual(found, want);
    assert.ok(written.kind === "not-started");
    assert.match(written.reason, reason);
  });
}
