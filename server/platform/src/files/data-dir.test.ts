// A data folder that others get into, and files in it that are not to be believed.
import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { makeDataDir } from "./data-dir.ts";
import { readPrivateFile } from "./private-file.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "data-dir-"));
});
afterEach(() => rm(dir, { recursive: true }));

const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

describe("the data folder", () => {
  test("is made for its owner alone", async () => {
    assert.deepEqual(await makeDataDir(join(dir, "data")), []);
    assert.equal(await modeOf(join(dir, "data")), "700");
  });

  test("that others get into is closed, with its database, and that is said", async () => {
    await mkdir(join(dir, "hook"));
    for (const name of ["neverland.db", "neverland.db-wal"]) await writeFile(join(dir, name), "", { mode: 0o644 });
    await chmod(dir, 0o755);
    const [warning] = await makeDataDir(dir);
    assert.match(warning ?? "", /other users get into it \(mode 755\); it is 700 now/);
    assert.equal(await modeOf(dir), "700");
    assert.deepEqual(await Promise.all(["neverland.db", "neverland.db-wal"].map((name) => modeOf(join(dir, name)))), [
      "600",
      "600",
    ]);
  });

  test("that holds other things too is refused, and left as it is", async () => {
    await writeFile(join(dir, "thesis.tex"), "");
    await chmod(dir, 0o755);
    await assert.rejects(makeDataDir(dir), /used for other things too \(thesis\.tex\); name another with --data-dir/);
    assert.equal(await modeOf(dir), "755");
  });

  test("that others could write is refused for a link in it, however deep", async () => {
    await mkdir(join(dir, "hook/boot"), { recursive: true });
    await symlink("/etc/hostname", join(dir, "hook/boot/vmlinuz"));
    await chmod(dir, 0o777);
    // The next start has no reason to believe it either.
    for (const _ of [1, 2])
      await assert.rejects(makeDataDir(dir), /others could write in it, and hook\/boot\/vmlinuz is a symbolic link/);
  });

  test("whose database is a link to elsewhere is refused", async () => {
    await symlink("/etc/hostname", join(dir, "neverland.db"));
    await assert.rejects(makeDataDir(dir), /neverland\.db is not believed: it is a symbolic link/);
  });
});

describe("a private file", () => {
  test("is read when it is the owner's alone, and is nothing when it is not there", async () => {
    const file = join(dir, "token");
    assert.equal(await readPrivateFile(file), undefined);
    await writeFile(file, "secret", { mode: 0o600 });
    assert.equal(await readPrivateFile(file), "secret");
  });

  test("that others may read or write is not believed", async () => {
    const file = join(dir, "token");
    await writeFile(file, "known to others", { mode: 0o644 });
    await assert.rejects(readPrivateFile(file), /token is not believed: others may read or write it; delete it/);
  });

  test("that is a link is not believed", async () => {
    await writeFile(join(dir, "elsewhere"), "secret", { mode: 0o600 });
    await symlink(join(dir, "elsewhere"), join(dir, "token"));
    await assert.rejects(readPrivateFile(join(dir, "token")), /token is not believed: it is a symbolic link/);
  });
});
