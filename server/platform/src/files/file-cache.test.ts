// What is kept, what is noticed of changes on disk, and what a bad disk does to those beside it.
import assert from "node:assert/strict";
import { mkdtemp, rename, rm, stat, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { ManualClock } from "../testing/manual-clock.ts";
import { DiskTurns } from "./disk-turns.ts";
import { FileCache } from "./file-cache.ts";
import type { FileFault } from "./open-plain-file.ts";
import type { ServedFile } from "./served-file.ts";

const cacheBytes = 4 * 2 ** 20;
let dir: string;
let clock: ManualClock;
let cache: FileCache;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), "file-cache-"));
});

after(() => rm(dir, { recursive: true }));

beforeEach(() => {
  clock = new ManualClock(0);
  cache = new FileCache({ sizeBytes: cacheBytes, clock });
});

/** Writes a file whose times tell it from the next version. */
async function put(name: string, content: string | Buffer): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, content);
  const { ctimeMs } = await stat(path);
  while (Date.now() - ctimeMs < 60) await delay(5);
  return path;
}

async function open(path: string): Promise<ServedFile> {
  const file = await cache.open(path);
  assert.ok(!("reason" in file), "reason" in file ? file.message : "");
  return file;
}

async function readWhole(file: ServedFile): Promise<Uint8Array | FileFault> {
  const bytes = new Uint8Array(file.version.sizeBytes);
  for (let filled = 0; filled < bytes.length; ) {
    const some = await file.read(filled, bytes.length - filled);
    if ("reason" in some) return some;
    bytes.set(some, filled);
    filled += some.length;
  }
  return bytes;
}

async function contentOf(path: string): Promise<string> {
  const file = await open(path);
  const bytes = await readWhole(file);
  file.close();
  return "reason" in bytes ? bytes.message : Buffer.from(bytes).toString();
}

test("a file in memory is the same bytes for all readers", async () => {
  const path = await put("same", "content");
  const [one, two] = [await open(path), await open(path)];
  const [ofOne, ofTwo] = [await one.read(0, 7), await two.read(0, 7)];
  assert.ok(!("reason" in ofOne) && !("reason" in ofTwo));
  assert.equal(Buffer.from(ofOne).toString(), "content");
  assert.equal(ofOne.buffer, ofTwo.buffer);
});

test("a change on disk is noticed after a second, and who has begun ends with what it began", async () => {
  const path = await put("changing", "old");
  const begun = await open(path);
  await readWhole(begun);
  await put("changing", "new");
  assert.equal(await contentOf(path), "old");
  clock.advance(1000);
  assert.equal(await contentOf(path), "new");
  assert.equal(Buffer.from(begun.read(0, 3) as Uint8Array).toString(), "old");
});

test("a file of the same size and the same time of modification is another version all the same", async () => {
  const path = await put("twice", "1st");
  const { mtime } = await stat(path);
  const before = await open(path);
  const other = await put("other", "2nd");
  await utimes(other, mtime, mtime);
  await rename(other, path);
  clock.advance(1000);
  assert.equal(await contentOf(path), "2nd");
  assert.notEqual((await open(path)).version.etag, before.version.etag);
});

test("a file that was taken away is not there after a second", async () => {
  const path = await put("gone", "x");
  await contentOf(path);
  await rm(path);
  clock.advance(1000);
  const gone = await cache.open(path);
  assert.equal("reason" in gone && gone.reason, "NoSuchFile");
});

test("what was written a moment ago is not kept, since its next change may not show", async () => {
  const path = join(dir, "fresh");
  await writeFile(path, "a");
  await contentOf(path);
  await writeFile(path, "b");
  assert.equal(await contentOf(path), "b");
});

test("memory is bounded: what was used longest ago goes first, and what is too large is not kept", async () => {
  const paths = await Promise.all(["1", "2", "3", "4"].map((name) => put(`mib-${name}`, Buffer.alloc(2 ** 20, name))));
  for (const path of paths) await contentOf(path);
  await delay(0);
  assert.ok(cache.heldBytes <= cacheBytes * 0.75, `${cache.heldBytes}`);
  assert.ok(cache.heldBytes >= 2 * 2 ** 20, `${cache.heldBytes}`);
  const large = await put("large", Buffer.alloc(cacheBytes, "L"));
  const heldBytes = cache.heldBytes;
  assert.equal((await contentOf(large)).length, cacheBytes);
  assert.equal(cache.heldBytes, heldBytes);
});

test("what is replaced while it is read counts until its readers have gone, so that nobody fills memory with old versions", async () => {
  const path = await put("replaced", Buffer.alloc(2 ** 20, "1"));
  const begun = await open(path);
  await readWhole(begun);
  await put("replaced", Buffer.alloc(2 ** 20, "2"));
  clock.advance(1000);
  await contentOf(path);
  await delay(0);
  assert.ok(cache.heldBytes > 2 * 2 ** 20, `${cache.heldBytes}`);
  begun.close();
  begun.close();
  assert.ok(cache.heldBytes < 1.5 * 2 ** 20 && cache.heldBytes > 2 ** 20, `${cache.heldBytes}`);
});

test("memory is given back when nobody has used it for five minutes", async () => {
  const path = await put("unused", "x");
  await contentOf(path);
  await delay(0);
  clock.advance(299_000);
  cache.giveBack();
  assert.ok(cache.heldBytes > 0);
  clock.advance(2000);
  cache.giveBack();
  assert.equal(cache.heldBytes, 0);
});

test("what is given back is free at once, since an idle process collects nothing", async () => {
  const file = await open(await put("idle", "idle"));
  await readWhole(file);
  const bytes = file.read(0, 4) as Uint8Array;
  file.close();
  await delay(0);
  clock.advance(301_000);
  cache.giveBack();
  assert.equal(bytes.length, 0);
});

test("a hundred thousand files cost no more than the bound", { timeout: 60_000 }, async () => {
  const small = new FileCache({ sizeBytes: 2 ** 20, clock });
  const path = await put("small", "x");
  const names = Array.from({ length: 2000 }, (_, at) => join(dir, `link-${at}`));
  await Promise.all(names.map((name) => symlink(path, name)));
  for (const name of names) {
    const file = await small.open(name);
    assert.ok(!("reason" in file));
    file.close();
  }
  await delay(0);
  assert.ok(small.heldBytes < 2 ** 20);
});

test("a disk that hangs holds up nobody who wants what is in memory, and is named in time", async () => {
  const path = await put("held", "held");
  const disk = new DiskTurns(500);
  cache = new FileCache({ sizeBytes: cacheBytes, clock, disk });
  await contentOf(path);
  const never = new Promise<never>(() => {});
  for (const _ of [1, 2]) disk.run(dir, () => never).catch(() => {});
  clock.advance(1000);
  assert.equal(await contentOf(path), "held");
  const other = await cache.open(join(dir, "same"));
  assert.match(
    "reason" in other ? other.message : "",
    /same cannot be read: the disk under .* gave no answer for 0\.5 s$/,
  );
});

test("a disk that hangs holds up no other folder", async () => {
  const disk = new DiskTurns(60_000);
  const release = Promise.withResolvers<void>();
  const hung = Array.from({ length: 5 }, () => disk.run("/hung", () => release.promise));
  assert.equal(await disk.run("/other", async () => 1), 1);
  release.resolve();
  await Promise.all(hung);
});

test("a file that becomes shorter while it is read into memory is told as changed, never filled up", async () => {
  const path = await put("shorter", Buffer.alloc(3 * 2 ** 20 - 4096, "x"));
  cache = new FileCache({ sizeBytes: 16 * 2 ** 20, clock });
  const file = await open(path);
  await file.read(0, 1);
  await truncate(path, 10);
  assert.match(
    String(((await readWhole(file)) as { message?: string }).message),
    /cannot be read: it was changed meanwhile$/,
  );
  assert.equal(await contentOf(path), "xxxxxxxxxx");
});
