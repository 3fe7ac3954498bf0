import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmod, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { apiVersionOf, kinds, type Resource } from "@neverland/api";
import { seededRandom } from "@neverland/platform/testing/seeded-random.ts";
import { runOnSmallDisk } from "@neverland/platform/testing/small-disk.ts";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { SqliteBackend } from "./sqlite/sqlite-backend.ts";
import { openDatabase } from "./sqlite/sqlite-database.ts";
import { openSqliteStore } from "./sqlite-store.ts";
import { storeContract } from "./testing/store-contract.ts";
import { typedStore } from "./typed-resources.ts";

const { Template } = kinds;
let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sqlite-store-"));
  file = join(folder, "store.db");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

storeContract("the SQLite store", async (limits) => {
  const store = await openSqliteStore(file, { clock: systemClock, newUid: () => crypto.randomUUID() }, limits);
  return { store, dispose: () => store.close() };
});

const template = (name: string, data = "") => ({
  apiVersion: apiVersionOf(Template),
  kind: "Template",
  metadata: { name, namespace: "default" },
  spec: { data },
});

test("objects, versions and history outlive the process", async () => {
  const before = await openSqliteStore(file);
  const first = await before.create(Template, template("a"));
  const second = await before.create(Template, template("b"));
  await before.close();
  const after = await openSqliteStore(file);
  assert.deepEqual(await after.get(Template, first.metadata), first);
  const stop = new AbortController();
  const { resourceVersion } = first.metadata;
  for await (const event of after.watch(Template, { resourceVersion, signal: stop.signal })) {
    assert.deepEqual(event, { type: "added", object: second });
    stop.abort();
  }
  const third = await after.create(Template, template("c"));
  assert.equal(Number(third.metadata.resourceVersion), Number(second.metadata.resourceVersion) + 1);
  await after.close();
});

test("that the database's thread has ended is said to last", async () => {
  const backend = await SqliteBackend.open(file);
  await backend.close();
  await assert.rejects(backend.commit([], { upTo: 0, versions: [] }), { code: "unavailable", isLasting: true });
});

test("objects that are kept elsewhere are not loaded, and go as they are taken, whatever breaks that off", async () => {
  const before = await openSqliteStore(file);
  const names = Array.from({ length: 4200 }, (_, at) => `old-${String(at).padStart(4, "0")}`);
  await Promise.all(names.map((name) => before.create(Template, template(name))));
  await before.create(kinds.Hardware, { ...template("stays"), apiVersion: "", kind: "", spec: {} });
  await before.close();
  const taken: string[] = [];
  for (const most of [1, Number.POSITIVE_INFINITY]) {
    const store = await openSqliteStore(file, { keptElsewhere: Template });
    assert.deepEqual((await store.list(Template)).items, []);
    let parts = 0;
    await store.takeOut(async (objects) => {
      taken.push(...objects.map(({ metadata }) => metadata.name));
      return ++parts <= most;
    });
    await store.close();
  }
  // The part at which it was broken off comes again.
  assert.deepEqual([...new Set(taken)], names);
  assert.ok(taken.length > names.length);
  const after = await openSqliteStore(file);
  assert.deepEqual((await after.list(Template)).items, []);
  assert.equal((await after.list(kinds.Hardware)).items.length, 1);
  await after.close();
});

test("versions go on after a restart though all history was forgotten", async () => {
  const forgetful = { historyBytes: 0, historyAgeMs: -1 };
  const before = await openSqliteStore(file, undefined, forgetful);
  const made = await before.create(Template, template("a"));
  await before.close();
  const after = await openSqliteStore(file, undefined, forgetful);
  const next = await after.create(Template, template("b"));
  await after.close();
  assert.equal(Number(next.metadata.resourceVersion), Number(made.metadata.resourceVersion) + 1);
});

test("changes older than the kept age are forgotten", async () => {
  let nowMs = Date.parse("2026-01-01T00:00:00Z");
  const clock = { ...systemClock, nowMs: () => nowMs };
  const store = await openSqliteStore(file, { clock, newUid: () => crypto.randomUUID() }, { historyAgeMs: 1000 });
  const made = await store.create(Template, template("a"));
  nowMs += 5000;
  await store.create(Template, template("b"));
  await store.create(Template, template("c"));
  const { resourceVersion } = made.metadata;
  const late = store.watch(Template, {
    resourceVersion: String(Number(resourceVersion) - 1),
    signal: new AbortController().signal,
  });
  await assert.rejects(Array.fromAsync(late), { code: "gone" });
  await store.close();
});

test("history is bounded by its size too", async () => {
  const store = await openSqliteStore(file, undefined, { historyBytes: 10_000 });
  const first = await store.create(Template, template("first"));
  for (let round = 0; round < 2; round++)
    await Promise.all(
      Array.from({ length: 300 }, (_, i) => store.create(Template, template(`t${round}-${i}`, "x".repeat(100)))),
    );
  const { signal } = new AbortController();
  const { resourceVersion } = first.metadata;
  await assert.rejects(Array.fromAsync(store.watch(Template, { resourceVersion, signal })), { code: "gone" });
  const { continueToken = "", resourceVersion: now } = await store.list(Template, { limit: 1 });
  assert.equal((await store.list(Template, { limit: 1, continueToken })).resourceVersion, now);
  await store.close();
});

test("a busy kind takes nothing of a quiet one's history, also after a restart", async () => {
  const limits = { historyBytes: 50_000 };
  const before = await openSqliteStore(file, undefined, limits);
  const first = await before.create(kinds.Hardware, { ...template("a"), apiVersion: "", kind: "", spec: {} });
  const second = await before.create(kinds.Hardware, { ...template("b"), apiVersion: "", kind: "", spec: {} });
  const busy = await before.create(Template, template("first"));
  for (let round = 0; round < 3; round++)
    await Promise.all(Array.from({ length: 300 }, (_, i) => before.create(Template, template(`t${round}-${i}`))));
  await before.close();
  const after = await openSqliteStore(file, undefined, limits);
  const stop = new AbortController();
  const from = ({ metadata: { resourceVersion } }: Resource) => ({ resourceVersion, signal: stop.signal });
  for await (const event of after.watch(kinds.Hardware, from(first))) {
    assert.deepEqual(event, { type: "added", object: second });
    stop.abort();
  }
  const late = after.watch(Template, { ...from(busy), signal: new AbortController().signal });
  await assert.rejects(Array.fromAsync(late), { code: "gone" });
  await after.close();
  const rows = openDatabase(file);
  const [kept] = rows.prepare("SELECT count(*) FROM history").get() ?? [];
  rows.close();
  assert.ok(Number(kept) < 600, `${kept} changes are on the disk`);
});

test("the log of writes stays small, also after a start that left most of the history unread", async () => {
  const long = 365 * 24 * 3_600_000;
  const past = { clock: { ...systemClock, nowMs: () => systemClock.nowMs() - long } };
  const before = await openSqliteStore(file, past);
  await Promise.all(Array.from({ length: 1200 }, (_, at) => before.create(Template, template(`t${at}`))));
  await before.close();
  const store = await openSqliteStore(file);
  const big = "x".repeat(500_000);
  for (let round = 0; round < 40; round++)
    await store.update(Template, { ...template("t0", `${big}${round}`) } as never); // whatever version is there
  assert.ok((await stat(`${file}-wal`)).size < 10_000_000, "twenty megabytes were written and none was taken over");
  await store.close();
});

test("a second store on the same file is refused with a sentence", async () => {
  const store = await openSqliteStore(file);
  await assert.rejects(openSqliteStore(file), { code: "unavailable", message: /is in use by another process: stop/ });
  await store.close();
  await (await openSqliteStore(file)).close();
});

test("a second process on the same file is refused until the first is killed", async () => {
  const child = writer(file);
  await firstLine(child);
  await assert.rejects(openSqliteStore(file), { code: "unavailable", message: /in use by another process/ });
  await killed(child);
  await (await openSqliteStore(file)).close();
});

test("a file of another program and a file that is no database are refused", async () => {
  await writeFile(file, "this is no database, and it is longer than a header of a hundred bytes would be".repeat(9));
  await assert.rejects(openSqliteStore(file), { code: "unavailable", message: /is not a readable database/ });
  const other = join(folder, "other.db");
  const db = openDatabase(other);
  db.prepare("PRAGMA application_id = 1").run();
  db.close();
  await assert.rejects(openSqliteStore(other), { code: "unavailable", message: /of another program/ });
});

test("a database of a newer data format is refused", async () => {
  const db = openDatabase(file);
  db.prepare("PRAGMA user_version = 1000").run();
  db.close();
  await assert.rejects(openSqliteStore(file), { code: "unavailable", message: /newer Neverland .*data format 1000/ });
});

test("the database's files belong to their owner alone, whatever the umask and whatever they were", async () => {
  const modes = async () => {
    const names = await readdir(folder);
    return await Promise.all(names.map(async (name) => (await stat(join(folder, name))).mode & 0o777));
  };
  const umask = process.umask(0);
  try {
    const store = await openSqliteStore(file);
    await store.create(Template, template("a"));
    assert.deepEqual(new Set(await modes()), new Set([0o600]));
    assert.deepEqual((await readdir(folder)).toSorted(), ["store.db", "store.db-wal"]);
    await store.close();
    await chmod(file, 0o644);
    await (await openSqliteStore(file)).close();
    assert.deepEqual(await modes(), [0o600]);
  } finally {
    process.umask(umask);
  }
});

test("a database that is a symbolic link is refused: who set it chooses what is written to", async () => {
  await symlink(join(folder, "elsewhere.db"), file);
  await assert.rejects(openSqliteStore(file), {
    code: "unavailable",
    message: /is a symbolic link: name the data dir/,
  });
  assert.deepEqual(await readdir(folder), ["store.db"]);
});

test("a missing folder is refused with what to check", async () => {
  const missing = join(folder, "none", "store.db");
  await assert.rejects(openSqliteStore(missing), { code: "unavailable", message: /check that its folder exists/ });
});

test("on a full disk a write fails with a sentence, and works again when there is space", {
  timeout: 60_000,
}, async () => {
  const output = await runOnSmallDisk(join(import.meta.dirname, "testing", "fill-disk.ts"));
  assert.match(output, /unavailable: The disk of .* is full, and nothing was written: free some space/);
  assert.match(output, /lost 0 of \d\d+, version \d+ after \d+/);
  assert.match(output, /written again/);
});

test("nothing acknowledged is lost to SIGKILL at random moments", { timeout: 180_000 }, async (t) => {
  const random = seededRandom(t);
  const acknowledged = new Map<string, string>();
  for (let round = 0; round < 8; round++) {
    const child = writer(file);
    const lines: string[] = [];
    child.stdout.setEncoding("utf8").on("data", (text: string) => lines.push(text));
    await firstLine(child);
    await delay(random() * 120); // the moment is what is random; nothing is awaited here
    await killed(child);
    const whole = lines.join("").split("\n").slice(0, -1);
    for (const line of whole.map((text) => text.split(" "))) acknowledged.set(line[0] ?? "", line[1] ?? "");
  }
  const store = await openSqliteStore(file);
  const { items } = await store.list(Template);
  await store.close();
  const versions = new Map(items.map((item) => [item.metadata.name, Number(item.metadata.resourceVersion)]));
  assert.ok(acknowledged.size > 0);
  const lost = [...acknowledged].filter(([name, version]) => (versions.get(name) ?? -1) < Number(version));
  assert.deepEqual(lost, []);
});

test("typedStore gives the kind's own types", async () => {
  const store = await openSqliteStore(file);
  const workflows = typedStore(store, kinds.Workflow);
  const made = await workflows.create({ metadata: { name: "a", namespace: "default" }, spec: { hardwareRef: "m1" } });
  const next = await workflows.updateStatus({ ...made, status: { state: "PENDING" } });
  assert.deepEqual([next.kind, next.spec?.hardwareRef, next.status?.state], ["Workflow", "m1", "PENDING"]);
  assert.equal((await workflows.list()).items[0]?.spec?.hardwareRef, "m1");
  await store.close();
});

function writer(database: string) {
  return spawn(process.execPath, [join(import.meta.dirname, "testing", "write-until-killed.ts"), database], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function firstLine(child: ReturnType<typeof writer>): Promise<void> {
  await new Promise((resolve) => child.stdout.once("data", resolve));
}

async function killed(child: ReturnType<typeof writer>): Promise<void> {
  const closed = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGKILL");
  await closed;
}
