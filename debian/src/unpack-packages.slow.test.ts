import assert from "node:assert/strict";
import { access, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { withPackageLists } from "./package-lists.ts";
import { ProgramError, runProgram } from "./run-program.ts";
import { unpackPackages } from "./unpack-packages.ts";

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), "unpack-packages-"));
});
after(async () => await rm(dir, { recursive: true }));

test("packages are unpacked by name and nothing is left of the fetching", async () => {
  const packagesDir = join(dir, "packages");
  await unpackPackages(["liblzma5", "libatomic1"], packagesDir);
  await access(join(packagesDir, "libatomic1/usr/lib/x86_64-linux-gnu/libatomic.so.1"));
  const names = (await readdir(packagesDir)).filter((name) => name !== ".lists");
  assert.deepEqual(names.sort(), ["libatomic1", "liblzma5"]);
});

test("where apt's own lists do not do, lists of ours are fetched and used", async () => {
  const tries: (readonly string[])[] = [];
  const listing = await withPackageLists(join(dir, "lists"), async (options) => {
    tries.push(options);
    if (options.length === 0) throw new ProgramError("failed", "no lists");
    return await runProgram(["apt-cache", ...options, "policy", "busybox-static"]);
  });
  assert.equal(tries.length, 2);
  assert.match(listing, /Candidate: \d/);
});
