import assert from "node:assert/strict";
import { chmod, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ensurePackageLists, runProgram } from "@neverland/debian";
import { readSuites } from "../archive/debian-archive.ts";
import { installDebian } from "./install-debian.ts";

const hostLists = "/var/lib/apt/lists";
let work: string;
before(async () => {
  work = await mkdtemp(join(tmpdir(), "install-debian-"));
  await chmod(work, 0o1777);
  await ensurePackageLists({ say: () => undefined, isRoot: process.getuid?.() === 0 });
});
after(async () => await rm(work, { recursive: true }));

async function listsOfThisMachine(): Promise<string[]> {
  const names = (await readdir(hostLists)).filter((name) => /_Packages|_InRelease$/.test(name));
  const files = names.map(async (name) => `${name} ${(await stat(join(hostLists, name))).mtimeMs}`);
  return (await Promise.all(files)).sort();
}

test("Debian is installed into an archive, without a list of packages, and this machine's own lists stay", async () => {
  const lists = await listsOfThisMachine();
  const suites = await readSuites(join(work, "apt"));
  const tar = await installDebian(work, suites, 1_767_225_600);
  assert.deepEqual(await listsOfThisMachine(), lists);
  const files = (await runProgram(["tar", "-tf", tar])).split("\n");
  assert.ok(files.includes("./vmlinuz"));
  const left = files.filter((file) => /^\.\/(tmp|var\/lib\/apt\/lists|var\/cache\/apt)\/.*(?<!\/|\/lock)$/.test(file));
  assert.deepEqual(left, []);
});
