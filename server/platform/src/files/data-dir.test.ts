// A data folder that others get into, and files in it that are not to be believed.
import assert from "node:assert/strict";
import { constants } from "node:fs";
import { chmod, mkdir, mkdtemp, open, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { inDataDir, makeDataDir } from "./data-dir.ts";
import { readPrivateFile } from "./private-file.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "data-dir-"));
});
afterEach(() => rm(dir, { recursive: true }));

const mkdirOwn = async (path: string) => await (await open(path, constants.O_DIRECTORY | constants.O_NOFOLLOW)).close();

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

  test("that many users share is refused as such, however empty", async () => {
    await chmod(dir, 0o1777);
    await assert.rejects(
      makeDataDir(dir),
      /\(mode 1777\), and it is one that many users share \(sticky\); name another/,
    );
  });

  test("below a folder that others may write is refused, also by way of a link, and not made", async () => {
    await mkdir(join(dir, "open"));
    await chmod(join(dir, "open"), 0o777);
    await symlink("open", join(dir, "link"));
    for (const path of ["open/data", "open/deep/data", "link/data"])
      await assert.rejects(
        makeDataDir(join(dir, path)),
        /others may write the folder \S+\/open \(mode 777\); look what is in it/,
      );
    assert.deepEqual(await readdir(join(dir, "open")), []);
  });

  test("below a folder that others may add to, and take nothing from, is made", async () => {
    await mkdir(join(dir, "shared"));
    await chmod(join(dir, "shared"), 0o1777);
    assert.deepEqual(await makeDataDir(join(dir, "shared/data")), []);
  });

  test("in a folder that takes none ends, where Node's own way of making it would ask for ever", async () => {
    await assert.rejects(makeDataDir("/proc/none/data"), { code: "bad-data-dir" });
  });

  test("with a link where a folder of ours is to be says which", async () => {
    await symlink("/tmp", join(dir, "events"));
    await assert.rejects(
      inDataDir(dir, () => mkdirOwn(join(dir, "events"))),
      {
        code: "bad-data-dir",
        message: `${dir} cannot be the data folder: ${dir}/events is a file or a link, and there must be a folder of its own; move it away`,
      },
    );
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
