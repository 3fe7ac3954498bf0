// Paths that lead by way of what is another user's: root alone can make such.
import assert from "node:assert/strict";
import { chmod, chown, lchown, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { makeDataDir } from "./data-dir.ts";
import { readPrivateFile } from "./private-file.ts";
import { readTrustedFile } from "./trusted-file.ts";
import { trustedPath } from "./trusted-path.ts";

const other = 4711;
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "trusted-path-"));
});
afterEach(() => rm(dir, { recursive: true }));

test("a folder of another user's on the way is named, whatever its mode", async () => {
  await mkdir(join(dir, "theirs/below"), { recursive: true });
  await chown(join(dir, "theirs"), other, other);
  const why = `the folder ${dir}/theirs belongs to another user (uid 4711), who could put something else there`;
  assert.deepEqual(await trustedPath(join(dir, "theirs/below/data")), { mistrust: why, path: join(dir, "theirs") });
});

test("a link of another user's is not followed", async () => {
  await writeFile(join(dir, "file"), "text");
  await symlink("file", join(dir, "link"));
  await lchown(join(dir, "link"), other, other);
  assert.deepEqual(await readTrustedFile(join(dir, "link"), 100), {
    mistrust: `the link ${dir}/link belongs to another user (uid 4711)`,
    path: join(dir, "link"),
  });
});

test("a file of another user's is not believed, though all before it is ours", async () => {
  await writeFile(join(dir, "file"), "text");
  await chown(join(dir, "file"), other, other);
  await symlink("file", join(dir, "link"));
  const read = await readTrustedFile(join(dir, "link"), 100);
  assert.match("mistrust" in read ? read.mistrust : "", /^it belongs to another user \(uid 4711\); look who put it/);
});

test("root uses the data folder, database and token of whose program it runs, as after a start without sudo, and nobody else's", async () => {
  const data = join(dir, "data");
  await mkdir(join(data, "hook"), { recursive: true });
  await writeFile(join(data, "hook/vmlinuz-x86_64"), "");
  for (const name of ["neverland.db", "token"]) await writeFile(join(data, name), name, { mode: 0o600 });
  for (const path of ["", "hook", "hook/vmlinuz-x86_64", "neverland.db", "token"])
    await chown(join(data, path), other, other);
  // As with a umask of 002, where each user has a group of its own.
  await chmod(data, 0o775);
  await assert.rejects(makeDataDir(data, 4712), /it belongs to another user \(uid 4711\); run this as that user/);
  const [warning] = await makeDataDir(data, other);
  assert.match(warning ?? "", /other users get into it \(mode 775\); it is 700 now/);
  assert.equal(await readPrivateFile(join(data, "token"), other), "token");
  const { message } = await readPrivateFile(join(data, "token"), 4712).then(
    () => assert.fail("believed"),
    (error: Error) => error,
  );
  const mend = `look who put it there; if that was you, \`chown -R 0: ${data}\` makes it and all beside it this user's`;
  assert.equal(message, `${data}/token is not believed: it belongs to another user (uid 4711); ${mend}`);
});
