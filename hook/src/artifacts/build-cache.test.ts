import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { cached, hashSources } from "./build-cache.ts";

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), "build-cache-"));
});
after(async () => await rm(dir, { recursive: true, force: true }));

test("the same inputs are built once, other inputs anew", async () => {
  let builds = 0;
  const build = async (outDir: string): Promise<void> => {
    builds += 1;
    await writeFile(join(outDir, "result"), String(builds));
  };
  const first = await cached(dir, "thing", ["a"], build);
  assert.equal(await cached(dir, "thing", ["a"], build), first);
  assert.equal(builds, 1);
  const second = await cached(dir, "thing", ["b"], build);
  assert.notEqual(second, first);
  assert.equal(await readFile(join(second, "result"), "utf8"), "2");
});

test("after a build the three results used last are kept, whenever they were built", async () => {
  const cacheDir = join(dir, ".three");
  const make = async (input: string): Promise<string> => await cached(cacheDir, "thing", [input], async () => {});
  const [first, second, third] = [await make("1"), await make("2"), await make("3")];
  await usedMinutesAgo(first, 30);
  await usedMinutesAgo(second, 20);
  await usedMinutesAgo(third, 10);
  await make("1");
  const fourth = await make("4");
  assert.deepEqual((await readdir(cacheDir)).sort(), [first, third, fourth].map((path) => basename(path)).sort());
});

test("a cache that cannot be made is named, with what to do", async () => {
  const file = join(dir, ".file");
  await writeFile(file, "");
  const build = (): never => assert.fail("it was built, for nothing");
  await assert.rejects(cached(join(file, "neverland"), "thing", ["a"], build), {
    code: "bad-cache",
    message:
      /cannot be kept in .*\.file\/neverland: ENOTDIR.*\nName a folder that you may write to with XDG_CACHE_HOME\.$/,
  });
});

test("results of another name are left alone", async () => {
  const cacheDir = join(dir, ".names");
  const other = await cached(cacheDir, "thing-image", ["a"], async () => {});
  await usedMinutesAgo(other, 60);
  for (const input of ["1", "2", "3", "4"]) await cached(cacheDir, "thing", [input], async () => {});
  assert.ok((await readdir(cacheDir)).includes(basename(other)));
  assert.equal((await readdir(cacheDir)).length, 4);
});

async function usedMinutesAgo(path: string, minutes: number): Promise<void> {
  const time = new Date(Date.now() - minutes * 60_000);
  await utimes(path, time, time);
}

test("a build that fails leaves nothing behind", async () => {
  const before = await readdir(dir);
  await assert.rejects(
    cached(dir, "broken", ["a"], async (outDir) => {
      await writeFile(join(outDir, "half"), "");
      throw new Error("the disk is full");
    }),
    /the disk is full/,
  );
  assert.deepEqual(await readdir(dir), before);
});

test("the digest changes with a source's content and name, and not with a test", async () => {
  const root = join(dir, ".sources");
  await mkdir(join(root, "src"), { recursive: true });
  await writeFile(join(root, "src/a.ts"), "1");
  const digest = async (): Promise<string> => await hashSources(root, ["src"]);
  const first = await digest();
  await writeFile(join(root, "src/a.test.ts"), "1");
  assert.equal(await digest(), first);
  await writeFile(join(root, "src/a.ts"), "2");
  const changed = await digest();
  assert.notEqual(changed, first);
  await writeFile(join(root, "src/b.ts"), "");
  assert.notEqual(await digest(), changed);
  assert.notEqual(await hashSources(root, ["src/a.ts"]), await hashSources(root, ["src/b.ts"]));
});
