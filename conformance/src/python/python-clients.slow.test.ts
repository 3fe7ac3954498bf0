// Python's clients, old and new, as anybody installs them, against our server: each script says what was right, and fails at what was not.
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { runProgram } from "@neverland/debian";
import { Served } from "../served.ts";
import { pythonPackages } from "./python-packages.ts";

let served: Served;

beforeEach(async () => {
  served = await Served.start();
});

afterEach(() => served.close());

async function linesOf(script: string, requirement: string): Promise<readonly string[]> {
  const env = { ...process.env, KUBECONFIG: served.kubeconfig, PYTHONPATH: await pythonPackages(requirement) };
  const said = await runProgram(["python3", join(import.meta.dirname, script)], { env });
  return said.trimEnd().split("\n");
}

for (const requirement of ["kubernetes==37.0.2", "kubernetes==28.1.0"])
  test(`${requirement} lists, makes, patches, watches, waits and deletes`, async () => {
    const lines = await linesOf("custom_objects.py", requirement);
    assert.deepEqual([lines[0], lines.at(-1), lines.length], ["version", "delete of many", 26]);
  });

test("kubernetes_asyncio==36.1.0 lists, makes, patches, watches and deletes", async () => {
  const lines = await linesOf("custom_objects_async.py", "kubernetes_asyncio==36.1.0");
  assert.deepEqual(lines, ["list", "create, merge patch, delete, as a watch tells them"]);
});
