// The demo's inner half alone, in a lab of its own, with a machine that gets nothing to boot: needs no artifacts.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { runInLabNamespace } from "@neverland/lab";
import type { DemoOrder } from "./demo-run.ts";

const timeout = 60_000;

async function startInside(t: TestContext) {
  const dir = await mkdtemp(join(tmpdir(), "inside-lab-"));
  const hookDir = join(dir, "hook");
  await mkdir(hookDir);
  for (const name of ["vmlinuz-x86_64", "initramfs-x86_64"]) await writeFile(join(hookDir, name), "");
  const machine = { firmware: "bios", accelerator: "tcg", memoryMiB: 256 } as const;
  const order: DemoOrder = { dir, hookDir, filesDir: dir, ...machine, keep: false, isTerminal: false };
  const stop = new AbortController();
  const script = join(import.meta.dirname, "inside-lab.ts");
  const { child, exitCode } = await runInLabNamespace({
    argv: [process.execPath, ...process.execArgv, script, JSON.stringify(order)],
    signal: stop.signal,
    stdio: ["ignore", "ignore", "pipe"],
  });
  t.after(async () => {
    stop.abort();
    await exitCode;
    await rm(dir, { recursive: true, force: true });
  });
  assert.ok(child.stderr !== null);
  return { dir, stop, exitCode, said: reading(child.stderr) };
}

/** What was said by the time that `wanted` was; without it, by the end. */
function reading(stream: Readable): (wanted?: RegExp) => Promise<string> {
  let text = "";
  let isOver = false;
  let news = Promise.withResolvers<void>();
  const tell = (): void => {
    news.resolve();
    news = Promise.withResolvers();
  };
  stream.setEncoding("utf8").on("data", (part: string) => {
    text += part;
    tell();
  });
  stream.once("close", () => {
    isOver = true;
    tell();
  });
  return async (wanted) => {
    while (!isOver && !wanted?.test(text)) await news.promise;
    return text;
  };
}

async function kill(dir: string, program: RegExp): Promise<void> {
  for (const id of (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry))) {
    const words = (await readFile(`/proc/${id}/cmdline`, "latin1").catch(() => "")).split("\0");
    // Not the half itself, whose order names the folder, too.
    if (
      words.some((word) => program.test(word)) &&
      words.join(" ").includes(dir) &&
      !words.join(" ").includes("inside-lab.ts")
    )
      process.kill(Number(id), "SIGKILL");
  }
}

test("an inner half that is ended says no word of that", { timeout }, async (t) => {
  const { stop, exitCode, said } = await startInside(t);
  await said(/Starting tink up/);
  stop.abort();
  assert.match(
    await said(),
    /^ +\d+\.\d s {2}Laying a network of its own\n +\d+\.\d s {2}Starting tink up\n( +\d+\.\d s {2}still: Starting tink up\n)*$/,
  );
  assert.equal(await exitCode, 130);
});

for (const [what, program, sentence] of [
  ["its server", /tink-cli\/src\/main\.ts$/, /\ntink: tink up has ended: it was killed; its log: \S+server\.log\n$/],
  [
    "its machine",
    /qemu-system-x86_64$/,
    /\ntink: QEMU of machine demo died \(signal SIGKILL\): .*qemu-command\.txt of the machine's folder\n$/,
  ],
] as const)
  test(`when ${what} is killed it ends with one sentence`, { timeout }, async (t) => {
    const { dir, exitCode, said } = await startInside(t);
    await said(/offered 10\.77\.0\.50/);
    await kill(dir, program);
    const text = await said();
    assert.match(text, sentence);
    assert.doesNotMatch(text, /^ +at /m);
    assert.equal(await exitCode, 1);
  });
