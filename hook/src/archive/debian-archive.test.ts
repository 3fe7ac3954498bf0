import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePlan } from "./debian-archive.ts";

test("reads names, versions with epochs, and architectures of what apt would install", () => {
  const plan = [
    "Inst libcap2 (1:2.66-4 Debian:12.11/oldstable, Debian-Security:12/oldstable-security [amd64])",
    "Inst gcc-12-base (12.2.0-14 Debian:12.11/oldstable [amd64]) []",
    "Conf libcap2 (1:2.66-4 Debian:12.11/oldstable [amd64])",
    "Inst firmware-bnx2x (20230210-5 Debian:12.11/oldstable [all])",
  ].join("\n");
  assert.deepEqual(parsePlan(plan), [
    { name: "libcap2", version: "1:2.66-4", architecture: "amd64" },
    { name: "gcc-12-base", version: "12.2.0-14", architecture: "amd64" },
    { name: "firmware-bnx2x", version: "20230210-5", architecture: "all" },
  ]);
});
