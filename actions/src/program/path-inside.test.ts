import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathInside } from "./path-inside.ts";

let root: string;

before(async () => {
  root = await mkdtemp(join(tmpdir(), "inside-"));
  await mkdir(join(root, "run/systemd"), { recursive: true });
  await mkdir(join(root, "etc"));
  await writeFile(join(root, "etc/plain"), "");
  await symlink("/run/systemd", join(root, "etc/absolute"));
  await symlink("../../../../run", join(root, "etc/climbing"));
  await symlink("loop-b", join(root, "etc/loop-a"));
  await symlink("loop-a", join(root, "etc/loop-b"));
});
after(async () => await rm(root, { recursive: true }));

for (const [path, expected] of [
  ["/etc/plain", "etc/plain"],
  ["/etc/absolute/resolve/stub.conf", "run/systemd/resolve/stub.conf"],
  ["/etc/climbing/x", "run/x"],
  ["/../../etc/./plain", "etc/plain"],
  ["/new/folder/file", "new/folder/file"],
] as const)
  test(`${path} means ${expected} of the mounted system`, async () => {
    assert.equal(await pathInside(root, path), join(root, expected));
  });

test("links in a circle are an error that names the path", async () => {
  await assert.rejects(pathInside(root, "/etc/loop-a"), /\/etc\/loop-a cannot be found in .* go round in circles/);
});
