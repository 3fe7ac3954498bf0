import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { normaliseModes } from "./root-tree.ts";

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), "root-tree-"));
});
after(async () => await rm(dir, { recursive: true }));

const modeOf = async (path: string): Promise<number> => (await stat(join(dir, path))).mode & 0o7777;

test("modes of the image do not depend on the builder's umask, and nothing outside of it is touched", async () => {
  for (const [path, mode] of [
    ["outside/private", 0o600],
    ["outside/program", 0o710],
    ["image/usr/text", 0o600],
    ["image/usr/program", 0o710],
  ] as const) {
    await mkdir(join(dir, path, ".."), { recursive: true });
    await writeFile(join(dir, path), "");
    await chmod(join(dir, path), mode);
  }
  await chmod(join(dir, "outside"), 0o700);
  await symlink(join(dir, "outside"), join(dir, "image/run"));
  await symlink(join(dir, "outside/private"), join(dir, "image/link"));
  await normaliseModes(join(dir, "image"));
  assert.equal(await modeOf("image/usr"), 0o755);
  assert.equal(await modeOf("image/usr/text"), 0o644);
  assert.equal(await modeOf("image/usr/program"), 0o755);
  assert.equal(await modeOf("outside"), 0o700);
  assert.equal(await modeOf("outside/private"), 0o600);
  assert.equal(await modeOf("outside/program"), 0o710);
});
