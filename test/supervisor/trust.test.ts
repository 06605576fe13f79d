/** Who could change what root runs: trees as tables. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeTrust, type Seen } from "../../src/supervisor/trust.ts";

const root = { uid: 0, gid: 0, target: "" } as const;
const alice = { uid: 1000, gid: 1000, target: "" } as const;
const folder: Seen = { ...root, kind: "folder", mode: 0o755 };
const file: Seen = { ...root, kind: "file", mode: 0o755 };
const shared: Seen = { ...folder, mode: 0o1777 };
const linkTo = (target: string): Seen => ({ ...root, kind: "symlink", mode: 0o777, target });

interface Row {
  readonly name: string;
  readonly tree: Readonly<Record<string, Seen>>;
  readonly path: string;
  readonly want: string;
}

const rows: readonly Row[] = [
  { name: "root's script in root's folders", tree: { "/a": folder, "/a/x": file }, path: "/a/x", want: "trusted /a/x" },
  { name: "a script that is not there", tree: { "/a": folder }, path: "/a/x", want: "absent /a/x" },
  {
    name: "a copy that root made in /tmp",
    tree: { "/tmp": shared, "/tmp/f": folder, "/tmp/f/x": file },
    path: "/tmp/f/x",
    want: "trusted /tmp/f/x",
  },
  {
    name: "what somebody else put into /tmp",
    tree: { "/tmp": shared, "/tmp/f": { ...folder, ...alice }, "/tmp/f/x": file },
    path: "/tmp/f/x",
    want: "untrusted: the folder /tmp/f belongs to user 1000, who could then run anything as root: chown root /tmp/f",
  },
  {
    name: "a folder for everybody that is not sticky",
    tree: { "/a": { ...folder, mode: 0o777 }, "/a/x": file },
    path: "/a/x",
    want: "untrusted: the folder /a can be written to by everybody (mode 0777), who could then run anything as root: chmod go-w /a",
  },
  {
    name: "a script that its group may write",
    tree: { "/a": folder, "/a/it's x": { ...file, gid: 50, mode: 0o775 } },
    path: "/a/it's x",
    want: "untrusted: the file /a/it's x can be written to by its group (50) (mode 0775), who could then run anything as root: chmod go-w '/a/it'\\''s x'",
  },
  {
    name: "group root is root",
    tree: { "/a": { ...folder, mode: 0o775 }, "/a/x": { ...file, mode: 0o775 } },
    path: "/a/x",
    want: "trusted /a/x",
  },
  {
    name: "a sticky file is not a sticky folder",
    tree: { "/x": { ...file, mode: 0o1777 } },
    path: "/x",
    want: "untrusted: the file /x can be written to by everybody (mode 1777), who could then run anything as root: chmod go-w /x",
  },
  {
    name: "symlinks are followed, and what they lead to is judged",
    tree: { "/a": folder, "/a/x": linkTo("../b/y"), "/b": folder, "/b/y": { ...file, ...alice } },
    path: "/a/x",
    want: "untrusted: the file /b/y belongs to user 1000, who could then run anything as root: chown root /b/y",
  },
  {
    name: "a symlink to an absolute path, in the middle",
    tree: { "/a": folder, "/a/l": linkTo("/b"), "/b": folder, "/b/x": file },
    path: "/a/l/x",
    want: "trusted /b/x",
  },
  {
    name: "a symlink that somebody else put into /tmp",
    tree: { "/tmp": shared, "/tmp/l": { ...linkTo("/a"), uid: 1000 }, "/a": folder, "/a/x": file },
    path: "/tmp/l/x",
    want: "untrusted: the symlink /tmp/l belongs to user 1000, who could then run anything as root: chown -h root /tmp/l",
  },
  {
    name: "somebody else's symlink in a folder of root's, where only root can have put it",
    tree: { "/a": folder, "/a/l": { ...linkTo("x"), uid: 1000 }, "/a/x": file },
    path: "/a/l",
    want: "trusted /a/x",
  },
  {
    name: "symlinks in a circle",
    tree: { "/a": linkTo("b"), "/b": linkTo("a") },
    path: "/a",
    want: "absent /a",
  },
  {
    name: "the way back through .. is walked as well",
    tree: { "/a": { ...folder, mode: 0o777 }, "/b": folder, "/b/x": file },
    path: "/a/../b/x",
    want: "untrusted: the folder /a can be written to by everybody (mode 0777), who could then run anything as root: chmod go-w /a",
  },
  {
    name: "the owner of the program is trusted",
    tree: { "/home": folder, "/home/op": { ...folder, uid: 500 }, "/home/op/x": { ...file, uid: 500 } },
    path: "/home/op/x",
    want: "trusted /home/op/x",
  },
  {
    name: "the root folder itself",
    tree: { "/": { ...folder, mode: 0o777 }, "/x": file },
    path: "/x",
    want: "untrusted: the folder / can be written to by everybody (mode 0777), who could then run anything as root: chmod go-w /",
  },
];

for (const { name, tree, path, want } of rows) {
  void test(name, () => {
    const trust = judgeTrust(path, new Set([0, 500]), (at) => tree[at] ?? (at === "/" ? folder : null));
    const got = {
      trusted: () => (trust.kind === "trusted" ? `trusted ${trust.realPath}` : ""),
      absent: () => (trust.kind === "absent" ? `absent ${trust.path}` : ""),
      untrusted: () => (trust.kind === "untrusted" ? `untrusted: ${trust.reason}: ${trust.mend}` : ""),
    }[trust.kind]();
    assert.equal(got, want);
  });
}
