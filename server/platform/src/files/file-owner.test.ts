// In user namespaces of every kind, by what the kernel says there; who runs the test is in none.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type FileReader, isBelieved, isOurs, type OwnedFile } from "./file-owner.ts";

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
