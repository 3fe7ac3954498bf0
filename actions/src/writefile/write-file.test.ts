import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { readSettings } from "./settings.ts";
import { writeFileInside } from "./write-file.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "writefile-"));
});
afterEach(async () => await rm(root, { recursive: true }));

const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const wanted = { ...owner, path: "/etc/app/conf", contents: "new\n", fileMode: 0o640, folderMode: 0o711 };

test("file and new folders get their modes whatever the umask, older folders keep theirs", async () => {
  await mkdir(join(root, "etc"), { mode: 0o755 });
  await writeFileInside(root, wanted);
  const modes = await Promise.all(
    ["etc", "etc/app", "etc/app/conf"].map(async (path) => (await stat(join(root, path))).mode & 0o7777),
  );
  assert.deepEqual(modes, [0o755, 0o711, 0o640]);
});

test("an older file is replaced and nothing else is left beside it", async () => {
  await mkdir(join(root, "etc/app"), { recursive: true });
  await writeFile(join(root, "etc/app/conf"), "old and longer\n");
  await writeFileInside(root, wanted);
  assert.equal(await readFile(join(root, "etc/app/conf"), "utf8"), "new\n");
  assert.deepEqual(await readdir(join(root, "etc/app")), ["conf"]);
});

test("a link that leads out of the disk by its absolute target stays on the disk", async () => {
  await symlink("/srv/config", join(root, "etc"));
  await writeFileInside(root, wanted);
  assert.equal(await readFile(join(root, "srv/config/app/conf"), "utf8"), "new\n");
});

test("a folder in the file's place is an error that leaves it as it is", async () => {
  await mkdir(join(root, "etc/app/conf"), { recursive: true });
  await assert.rejects(writeFileInside(root, wanted), {
    code: "filesystem",
    message: "/etc/app/conf could not be written",
  });
  assert.deepEqual(await readdir(join(root, "etc/app")), ["conf"]);
});

test("a file in a folder's place is an error that names the path", async () => {
  await writeFile(join(root, "etc"), "");
  await assert.rejects(writeFileInside(root, wanted), /\/etc\/app\/conf could not be written/);
});

const environment = {
  DEST_DISK: "/dev/sda1",
  FS_TYPE: "ext4",
  DEST_PATH: "/etc/x",
  UID: "0",
  GID: "0",
  MODE: "0600",
  DIRMODE: "0700",
};

test("contents may be empty, or left out", () => {
  assert.equal(readSettings(environment).contents, "");
});

for (const [name, value] of [
  ["DEST_PATH", "etc/x"],
  ["DEST_PATH", "/etc/"],
  ["DEST_PATH", "/etc/.."],
  ["UID", "root"],
  ["GID", "-1"],
  ["MODE", "rw-r--r--"],
  ["DIRMODE", "99999"],
  ["FS_TYPE", ""],
] as const)
  test(`${name}="${value}" is refused by name`, () => {
    assert.throws(() => readSettings({ ...environment, [name]: value }), {
      code: "environment",
      message: new RegExp(`wrong\\. ${name}: it is "${value}"; expected [^.]+\\. Correct it`),
    });
  });
