import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import { directoryEntries } from "../layer/directory-entries.ts";
import { packTar } from "./pack-tar.ts";
import { inPackingOrder, type TarEntry } from "./tar-entry.ts";

const file = (path: string, text = ""): TarEntry => ({ type: "file", path, mode: 0o644, bytes: Buffer.from(text) });
const folder = (path: string): TarEntry => ({ type: "directory", path, mode: 0o755 });

test("GNU tar reads modes, owners, links and the epoch from what we pack", async () => {
  const entries: TarEntry[] = [
    { type: "symlink", path: "bin", target: "usr/bin" },
    { type: "file", path: "usr/bin/tool", mode: 0o4755, bytes: Buffer.from("#!"), uid: 7, gid: 8 },
    { type: "directory", path: "usr", mode: 0o755 },
    { type: "directory", path: "usr/bin", mode: 0o1777 },
  ];
  const listing = execFileSync("tar", ["--numeric-owner", "--utc", "-tvf", "-"], {
    input: await buffer(packTar(entries)),
    encoding: "utf8",
  });
  assert.deepEqual(
    listing
      .trim()
      .split("\n")
      .map((line) => line.replace(/ +/g, " ")),
    [
      "lrwxrwxrwx 0/0 0 1970-01-01 00:00 bin -> usr/bin",
      "drwxr-xr-x 0/0 0 1970-01-01 00:00 usr/",
      "drwxrwxrwt 0/0 0 1970-01-01 00:00 usr/bin/",
      "-rwsr-xr-x 7/8 2 1970-01-01 00:00 usr/bin/tool",
    ],
  );
});

test("a path of 220 characters survives", async () => {
  const path = `${"d".repeat(110)}/${"f".repeat(109)}`;
  const listing = execFileSync("tar", ["-tf", "-"], { input: await buffer(packTar([file(path)])), encoding: "utf8" });
  assert.equal(listing.trim(), path);
});

test("a folder's content follows it at once, whatever sorts between as text", () => {
  const paths = inPackingOrder([file("a-c"), file("a/b"), folder("a"), file("a.d")]).map((entry) => entry.path);
  assert.deepEqual(paths, ["a", "a/b", "a-c", "a.d"]);
});

for (const path of ["../up", "/abs", "a//b", "a/./b", ""])
  test(`the path "${path}" is refused`, () => {
    assert.throws(() => inPackingOrder([file(path)]), { name: "OciError", code: "bad-entry" });
  });

test("the same path twice is refused", () => {
  assert.throws(() => inPackingOrder([file("a"), folder("a")]), /"a" cannot be packed: it is in the layer twice/);
});

test("a file that cannot be read fails the packing instead of cutting it short", async () => {
  const entry: TarEntry = { type: "file", path: "gone", mode: 0o644, source: "/nonexistent/file", sizeBytes: 3 };
  await assert.rejects(buffer(packTar([entry])), { code: "ENOENT" });
});

test("two trees of the same content pack to the same bytes, whatever their times and order of making", async (t) => {
  const dir = await mkdtemp(join(tmpdir(), "oci-pack-"));
  t.after(() => rm(dir, { recursive: true }));
  const make = async (name: string, files: readonly string[], seconds: number): Promise<Buffer> => {
    const root = join(dir, name);
    await mkdir(join(root, "sub"), { recursive: true });
    for (const each of files) {
      await writeFile(join(root, each), each.slice(-1));
      await chmod(join(root, each), 0o640);
      await utimes(join(root, each), seconds, seconds);
    }
    await symlink("sub/x", join(root, "link"));
    return await buffer(packTar(await directoryEntries(root)));
  };
  const one = await make("one", ["sub/x", "sub/y", "z"], 1_000_000);
  const other = await make("other", ["z", "sub/y", "sub/x"], 2_000_000);
  assert.ok(one.equals(other));
});

test("a link to a folder is packed as a link, and what is in the folder once", async (t) => {
  const root = await mkdtemp(join(tmpdir(), "oci-pack-"));
  t.after(() => rm(root, { recursive: true }));
  await mkdir(join(root, "usr"));
  await writeFile(join(root, "usr/x"), "");
  await symlink("usr", join(root, "bin"));
  assert.deepEqual(
    (await directoryEntries(root)).map((entry) => `${entry.type} ${entry.path}`),
    ["symlink bin", "directory usr", "file usr/x"],
  );
});
