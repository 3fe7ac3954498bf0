// In user namespaces of every kind, by what the kernel says there; who runs the test is in none.
import assert from "node:assert/strict";
import { lstat, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type FileReader, fileAt, isBelieved, isOurs, type OwnedFile } from "./file-owner.ts";

const nobody = 65_534;
const program = 4711;
const noNamespace = "         0          0 4294967295\n";
/** `unshare --map-root-user`, as the demo has it. */
const oneUser = "         0       1000          1\n";
/** A container without privileges: its own nobody is one of its users. */
const manyUsers = "         0       1000          1\n         1     100000      65536\n";

const reader = (uid: number, uidMap: string): FileReader => ({ uid, uidMap, nobody });

/** @param lets Whether the kernel lets this user change its mode. */
function file(uid: number, lets: boolean): OwnedFile {
  const refusal = Object.assign(new Error("EPERM"), { code: "EPERM" });
  return { stats: { uid, mode: 0o40700 }, chmod: async () => (lets ? undefined : Promise.reject(refusal)) };
}

test("a container that runs as nobody has what is its own, and nothing of those outside", async () => {
  for (const uidMap of [oneUser, manyUsers]) {
    assert.equal(await isOurs(file(nobody, true), program, reader(nobody, uidMap)), true);
    assert.equal(await isOurs(file(nobody, false), program, reader(nobody, uidMap)), false);
  }
  // Without a namespace the number says who it is.
  assert.equal(await isOurs(file(nobody, false), program, reader(nobody, noNamespace)), true);
});

test("a program whose owner is not in the namespace makes nobody's files nobody's", async () => {
  assert.equal(await isOurs(file(nobody, false), nobody, reader(0, oneUser)), false);
  assert.equal(await isOurs(file(nobody, true), nobody, reader(0, manyUsers)), false);
  assert.equal(await isOurs(file(program, false), program, reader(0, manyUsers)), true);
});

test("folders of the machine's root are believed in a container, and those of the container's own nobody are not", async () => {
  assert.equal(await isBelieved(file(nobody, false), reader(0, oneUser)), true);
  assert.equal(await isBelieved(file(nobody, false), reader(0, manyUsers)), true);
  assert.equal(await isBelieved(file(nobody, true), reader(0, manyUsers)), false);
  assert.equal(await isBelieved(file(nobody, false), reader(1000, manyUsers)), false);
  assert.equal(await isBelieved(file(nobody, false), reader(0, noNamespace)), false);
});

test("a folder of its own is believed by a container that runs as nobody", async () => {
  assert.equal(await isBelieved(file(nobody, true), reader(nobody, manyUsers)), true);
});

test("what was put in its place since is never changed, not even to be judged", async (t) => {
  const dir = await mkdtemp(join(tmpdir(), "owner-"));
  t.after(() => rm(dir, { recursive: true }));
  const [judged, theirs] = [join(dir, "judged"), join(dir, "theirs")];
  await Promise.all([judged, theirs].map((path, at) => writeFile(path, "", { mode: at === 0 ? 0o644 : 0o600 })));
  const found = fileAt(judged, await lstat(judged));
  await found.chmod(0o640);
  assert.equal((await lstat(judged)).mode & 0o777, 0o640);
  await rename(judged, join(dir, "away"));
  await symlink(theirs, judged);
  await assert.rejects(found.chmod(0o644), { code: "ESTALE" });
  assert.equal((await lstat(theirs)).mode & 0o777, 0o600);
});
