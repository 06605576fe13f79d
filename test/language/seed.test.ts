/** The two files that the first operator writes: they mean what they seem to, and nobody complains of them. */
import { test } from "node:test";
import assert from "node:assert/strict";
import { readTexts, testSurroundings } from "./surroundings.ts";

const checks = "[local]\ncheck_db_host1\ncheck_db_host2\n";
const actions = "[slave_to_master]\nstopservice1\nunplumb\nplumb %MASTER%\nstartservice1\n";

for (const localHost of ["host1", "host2", "elsewhere"]) {
  void test(`two checks and four actions are a whole configuration on ${localHost}`, () => {
    const { configuration, complaints } = readTexts({ checks, actions }, { ...testSurroundings, localHost });
    assert.deepEqual(complaints, []);
    assert.deepEqual(configuration?.hosts, ["host1", "host2"]);
    assert.deepEqual(
      configuration?.checks.map(({ key, rise, fall, staleAfterMs }) => ({ key, rise, fall, staleAfterMs })),
      [
        { key: "check_db_host1 on host1", rise: 1, fall: 3, staleAfterMs: 20_000 },
        { key: "check_db_host2 on host2", rise: 1, fall: 3, staleAfterMs: 20_000 },
      ],
    );
    const [rule] = configuration?.rules ?? [];
    assert.equal(rule?.name, "slave_to_master");
    assert.deepEqual(
      rule?.actions.map((action) => (action.kind === "command" ? action.command.words : action.kind)),
      [[["stopservice1"]], [["unplumb"]], [["plumb"], [{ variable: "MASTER" }]], [["startservice1"]]],
    );
  });
}

void test("without a last newline, with a byte order mark and with a carriage return on every line it is the same", () => {
  const plain = readTexts({ checks, actions }).configuration;
  const odd = readTexts({
    checks: `\ufeff${checks.trimEnd().replaceAll("\n", "\r\n")}`,
    actions: actions.replaceAll("\n", "\r\n"),
  }).configuration;
  assert.deepEqual({ ...odd, fingerprint: "" }, { ...plain, fingerprint: "" });
});
