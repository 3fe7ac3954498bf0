// The builder, with the real kernel and drivers but a base layer and a worker of a few bytes: packing Node takes most of a build.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { buildHook, type HookFacts, initramfsFile, kernelFile } from "./build-hook.ts";
import { sha256OfFile } from "./initramfs/pack.ts";
import { rootDrivers } from "./kernel/drivers.ts";

let dir: string;
let facts: HookFacts;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), "build-hook-"));
  facts = await build("one");
});
after(async () => await rm(dir, { recursive: true }));

async function build(name: string): Promise<HookFacts> {
  const rootDir = join(dir, name, "base");
  await mkdir(join(rootDir, "usr/bin"), { recursive: true });
  await mkdir(join(rootDir, "usr/lib/x86_64-linux-gnu"), { recursive: true });
  await writeFile(join(rootDir, "usr/bin/node"), "#!/bin/sh\n", { mode: 0o755 });
  const workerDir = join(dir, name, "worker");
  await mkdir(workerDir);
  await writeFile(join(workerDir, "start.cjs"), "");
  const base = { rootDir, diffId: `sha256:${"0".repeat(64)}` } as const;
  return await buildHook({ outDir: outDir(name), workerDir, base });
}

function outDir(name: string): string {
  return join(dir, name, "out");
}

test("a second build elsewhere, with another umask, is the same byte for byte", async () => {
  const umask = process.umask(0o077);
  const other = await build("other").finally(() => process.umask(umask));
  for (const file of [kernelFile, initramfsFile])
    assert.equal(await sha256OfFile(join(outDir("other"), file)), await sha256OfFile(join(outDir("one"), file)), file);
  assert.deepEqual(other, facts);
});

test("the facts beside the files say which packages they were made of, by version", async () => {
  assert.deepEqual(JSON.parse(await readFile(join(outDir("one"), "hook-x86_64.json"), "utf8")), facts);
  for (const name of ["linux-image-6.12", "busybox-static", "crun", "kexec-tools"]) {
    const named = facts.packages.filter((each) => each.startsWith(name));
    assert.match(named.join(" "), /^\S+_\S+_amd64$/, `${name} is not there once in ${facts.packages.join(" ")}`);
  }
});

test("no driver that the table names is missing in Debian's kernel", () => {
  assert.deepEqual(facts.absentDrivers, []);
});

test("the initramfs carries what mounts the root file system, in an order that can be loaded", async () => {
  const initramfs = await readFile(join(outDir("one"), initramfsFile));
  // Each module's own record of its name, in the order of the archive.
  const names = [
    ...initramfs
      .subarray(0, 4 << 20)
      .toString("latin1")
      .matchAll(/\0name=(\w+)\0/g),
  ].map(([, name]) => name);
  assert.deepEqual(
    names.filter((name) => rootDrivers.some((driver) => driver === name)),
    ["loop", "squashfs", "overlay"],
  );
});
