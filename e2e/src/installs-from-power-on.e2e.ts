// A machine with an empty disk, from power-on to a login, on BIOS firmware: the product's one promise.
// keeps-running.e2e.ts does the same on UEFI firmware, and goes on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertInstalled, type DemoResult } from "./demo-result.ts";
import { runTink } from "./run-tink.ts";

/** Under emulation on two cores, with Hook and the image to build first: several times what it takes. */
const timeout = 15 * 60_000;

test("a BIOS machine with 512 MiB and an empty disk is installed and accepts the user's key", { timeout }, async ({
  signal,
}) => {
  // As little memory as we say is enough.
  const options = ["--firmware", "bios", "--memory", "512", "-o", "json"];
  const { exitCode, stdout, stderr } = await runTink(["demo", ...options], { signal });
  assert.equal(exitCode, 0, stderr);
  assertInstalled(JSON.parse(stdout) as DemoResult);
});
