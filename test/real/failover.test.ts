/**
 * Real databases on two hosts, a real failoverd on a third, real fencing between them, once each: nothing that both hosts had is
 * lost, and never do two of them take writes. `npm run test:real` plays each several times, and prints how long it takes.
 */
import { test } from "node:test";
import { skipWithoutLab } from "./needs.ts";
import { allCases, play } from "./played.ts";

const skip = skipWithoutLab();

for (const asked of allCases)
  void test(`${asked.service}: ${asked.name}`, { skip }, async () => void (await play(asked)));
