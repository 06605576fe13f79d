/**
 * Real databases on two hosts, a real failoverd, real fencing between them, each case once: nothing that both hosts had is
 * lost, and never do two of them take writes. `npm run test:real` plays each several times.
 */
import { describe, test } from "node:test";
import { skipWithoutLab } from "./needs.ts";
import { allCases, play } from "./played.ts";
import { tableOf } from "./table.ts";

const skip = skipWithoutLab();

/** A case mostly waits: for an interval, for a time limit, for a power switch. */
void describe("the real thing", { concurrency: 2 }, () => {
  for (const asked of allCases) {
    const name = `${asked.service} ${asked.name}`;
    void test(name, { skip }, async (t) => {
      const { measured } = await play(asked);
      for (const line of tableOf([{ name, runs: [measured] }])) t.diagnostic(line);
    });
  }
});
