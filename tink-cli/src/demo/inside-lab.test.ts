// The demo's inner half alone, in a lab of its own, with no machine yet: needs no artifacts.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { runInLabNamespace } from "@neverland/lab";
import type { DemoOrder } from "./demo-run.ts";

test("an inner half that is ended says no word of that", { timeout: 60_000 }, async (t) => {
  const dir = await mkdtemp(join(tmpdir(), "inside-lab-"));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const hookDir = join(dir, "hook");
  await mkdir(hookDir);
  for (const name of ["vmlinuz-x86_64", "initramfs-x86_64"]) await writeFile(join(hookDir, name), "");
  const machine = { firmware: "bios", accelerator: "tcg", memoryMiB: 256 } as const;
  const order: DemoOrder = { dir, hookDir, filesDir: dir, ...machine, keep: false, isTerminal: false };
  const stop = new AbortController();
  const argv = [
    process.execPath,
    ...process.execArgv,
    join(import.meta.dirname, "inside-lab.ts"),
    JSON.stringify(order),
  ];
  const { child, exitCode } = await runInLabNamespace({
    argv,
    signal: stop.signal,
    stdio: ["ignore", "ignore", "pipe"],
  });
  assert.ok(child.stderr !== null);
  child.stderr.on("data", (part) => /Starting tink up/.test(String(part)) && stop.abort());
  const said = await text(child.stderr);
  assert.match(
    said,
    /^ +\d+\.\d s {2}Laying a network of its own\n +\d+\.\d s {2}Starting tink up\n( +\d+\.\d s {2}still: Starting tink up\n)*$/,
  );
  assert.equal(await exitCode, 130);
});
