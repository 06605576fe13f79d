/**
 * The examples of conf/examples/ do what their paragraphs say: each is played on two hosts of the lab, with its own two
 * files, as somebody would who has read the paragraph and no more. For DRBD, which is a kernel module, there is a stand-in.
 */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, test } from "node:test";
import { examplesFolder, net } from "./example-site.ts";
import { examples } from "./examples.ts";
import { skipWithoutLab } from "./needs.ts";
import { inWorldOf } from "./world.ts";

const needed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  drbd: { busybox: "busybox", curl: "curl", ping: "iputils-ping", fuser: "psmisc" },
  vip: { busybox: "busybox", curl: "curl", "/usr/bin/arping": "iputils-arping" },
  mysql: { mariadbd: "mariadb-server", "mariadb-install-db": "mariadb-server", mariadb: "mariadb-client" },
  ocf: {
    nginx: "nginx-light",
    curl: "curl",
    "/usr/bin/arping": "iputils-arping",
    "/usr/lib/ocf/resource.d/heartbeat/nginx": "resource-agents",
  },
};

/** They mostly wait: for three checks in a row, and for what has to last. */
void describe("the examples", { concurrency: true }, () => {
  for (const name of Object.keys(examples))
    void test(name, { skip: skipWithoutLab(needed[name]) }, async () => {
      await inWorldOf({ LAB_NET: net }, "play-example.js", name);
    });
});

void test("every example is played", () => {
  assert.deepEqual(Object.keys(examples).sort(), readdirSync(examplesFolder).sort());
});
