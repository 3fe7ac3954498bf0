// A test that is killed leaves nothing behind: no namespace, and no program in one.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

test("what runs in a namespace ends with the process that made it, even when that is killed", {
  timeout: 20_000,
}, async ({ signal }) => {
  const mark = `killed-${randomUUID()}`;
  const module = new URL("./network-namespace.ts", import.meta.url);
  // One inside another, and in each a program that nobody tells to end.
  const program = `
    const { openNamespace, spawnInside } = await import(${JSON.stringify(module.href)});
    const outer = await openNamespace(": ${mark}");
    const inner = await openNamespace(": ${mark}", outer);
    const stay = ["sh", "-c", "echo up; : ${mark}; while :; do sleep 60; done"];
    for (const namespace of [outer, inner]) {
      const { stdout } = spawnInside(namespace, stay);
      await new Promise((resolve) => stdout.once("data", resolve));
    }
    console.log("ready");`;
  const options = ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", program];
  const holder = spawn(process.execPath, options, { stdio: ["ignore", "pipe", "inherit"] });
  await once(holder.stdout, "data");
  assert.ok((await processesNaming(mark)).length >= 3); // the holder and the two programs
  holder.kill("SIGKILL");
  while ((await processesNaming(mark)).length > 0) await pause(20, undefined, { signal });
});

async function processesNaming(mark: string): Promise<string[]> {
  const ids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")));
  return ids.filter((_, index) => lines[index]?.includes(mark));
}
