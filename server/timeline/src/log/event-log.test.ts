// The log's files: what a crash, a foreign mode or a link leaves of them, and when a new one is begun.
import assert from "node:assert/strict";
import {
  appendFile,
  chmod,
  mkdtemp,
  open as openFile,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { EventLog } from "./event-log.ts";

const limits = { segmentBytes: 200, mostWaiting: 100 };

async function inFolder(work: (dir: string) => Promise<void>): Promise<void> {
  const parent = await mkdtemp(join(tmpdir(), "event-log-"));
  await work(join(parent, "events")).finally(() => rm(parent, { recursive: true }));
}

async function open(dir: string, openLogFile: typeof openFile = openFile) {
  const lines: string[] = [];
  const errors: unknown[] = [];
  const deps = { dir, clock: new ManualClock(0), onError: (failure: unknown) => errors.push(failure) };
  const log = new EventLog({ ...deps, onRecovered: () => undefined, open: openLogFile }, limits);
  await log.open((text) => lines.push(text));
  return { log, lines, errors };
}

test("who waits for room before each line loses none, however many they are, and leaves room to others", async () => {
  await inFolder(async (dir) => {
    const { log } = await open(dir);
    const lost: string[] = [];
    for (let n = 0; n < 1000; n += 1) {
      assert.ok(await log.makeRoom());
      if (log.append(`${n}`) === undefined) lost.push(`${n}`);
    }
    for (let n = 0; n < 40; n += 1) if (log.append("other") === undefined) lost.push("other");
    await log.close();
    assert.deepEqual(lost, []);
    assert.equal((await open(dir)).lines.length, 1040);
  });
});

async function write(dir: string, ...texts: readonly string[]): Promise<void> {
  const { log } = await open(dir);
  for (const text of texts) log.append(text);
  await log.close();
}

test("what was written is read back by the next run, and the log stays the same one", async () => {
  await inFolder(async (dir) => {
    await write(dir, "one");
    const first = await open(dir);
    first.log.append("two");
    await first.log.close();
    const second = await open(dir);
    await second.log.close();
    assert.deepEqual([first.lines, second.lines], [["one"], ["one", "two"]]);
    assert.equal(second.log.id, first.log.id);
  });
});

test("half a line that a crash left is cut off, and the next one stands by itself", async () => {
  await inFolder(async (dir) => {
    await write(dir, "one");
    const [file = ""] = await readdir(dir);
    await appendFile(join(dir, file), '{"v":17,"at');
    await write(dir, "two");
    const { log, lines } = await open(dir);
    await log.close();
    assert.deepEqual(lines, ["one", "two"]);
  });
});

test("a file whose first line never came to be is not gone on with", async () => {
  await inFolder(async (dir) => {
    await write(dir, "one");
    await writeFile(join(dir, "000000000002.jsonl"), '{"form');
    await write(dir, "two");
    const { log, lines, errors } = await open(dir);
    await log.close();
    assert.deepEqual([lines, errors], [["one", "two"], []]);
  });
});

test("files and folder are for their owner alone, also those that were not", async () => {
  await inFolder(async (dir) => {
    await write(dir, "one");
    const file = join(dir, "000000000001.jsonl");
    await chmod(dir, 0o755);
    await chmod(file, 0o644);
    await write(dir, "two");
    const modes = await Promise.all([dir, file].map(async (path) => (await stat(path)).mode & 0o777));
    assert.deepEqual(modes, [0o700, 0o600]);
  });
});

test("a link in the place of a file is not followed, and is said", async () => {
  await inFolder(async (dir) => {
    await write(dir, "one");
    const elsewhere = join(dir, "..", "precious");
    await writeFile(elsewhere, "keep me");
    await symlink(elsewhere, join(dir, "000000000002.jsonl"));
    const { log, errors } = await open(dir);
    log.append("two");
    await log.close();
    assert.equal(errors.length, 1);
    assert.equal(await readFile(elsewhere, "utf8"), "keep me");
    assert.deepEqual((await readdir(dir)).toSorted().slice(-1), ["000000000003.jsonl"]);
  });
});

test("a full file is followed by a new one, and one that is dropped is gone", async () => {
  await inFolder(async (dir) => {
    const { log } = await open(dir);
    const places = ["a", "b", "c"].map((letter) => log.append(letter.repeat(100)));
    await log.flush();
    assert.deepEqual(
      places.map((segment) => segment?.number),
      [1, 2, 3],
    );
    const [oldest] = log.segments;
    if (oldest !== undefined) await log.drop(oldest);
    await log.close();
    assert.deepEqual(await readdir(dir), ["000000000002.jsonl", "000000000003.jsonl"]);
  });
});

test("a flush tells whether the lines are on the disk, also when the system lost them before it", async () => {
  await inFolder(async (dir) => {
    let isFull = true;
    let isLosing = false;
    const { log } = await open(dir, async (...given) => {
      if (isFull) throw new Error("ENOSPC");
      const file = await openFile(...given);
      const datasync = file.datasync.bind(file);
      const losing = async () => {
        if (isLosing) throw new Error("EIO");
        await datasync();
      };
      return Object.assign(file, { datasync: losing });
    });
    log.append("one");
    const told = [await log.flush()];
    isFull = false;
    told.push(await log.flush());
    isLosing = true;
    log.append("x".repeat(100));
    log.append("y".repeat(100)); // of the next file, so that the one before is closed
    told.push(await log.flush());
    isLosing = false;
    log.append("four");
    told.push(await log.flush());
    await log.close();
    assert.deepEqual(told, [false, true, false, true]);
  });
});
