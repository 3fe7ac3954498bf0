import assert from "node:assert/strict";
import { copyFile, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, test } from "node:test";
import { type KindInfo, kinds, type Resource } from "@neverland/api";
import type { WatchEvent } from "../resource-store.ts";
import { openSqliteStore } from "../sqlite-store.ts";
import { migrations } from "./sqlite-migrations.ts";

const firstLight = join(import.meta.dirname, "../../fixtures/first-light/neverland.db");
let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sqlite-upgrade-"));
  file = join(folder, "neverland.db");
  await copyFile(firstLight, file);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const names = (items: readonly Resource[]) =>
  items.map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`);
const at = (name: string) => ({ namespace: "default", name });

test("what the first light stored is there after the upgrade, and writes go on from its version", async () => {
  const store = await openSqliteStore(file);
  const list = async (kind: KindInfo) => names((await store.list(kind)).items);
  assert.deepEqual(await list(kinds.Hardware), ["machine-1@3", "machine-2@2"]);
  assert.deepEqual(await list(kinds.Template), ["debian@5"]);
  assert.deepEqual(await list(kinds.Workflow), ["install@7"]);
  assert.deepEqual(await list(kinds.ActionReport), ["report-1@9"]);
  const workflow = await store.get(kinds.Workflow, at("install"));
  assert.deepEqual(workflow?.status, { state: "PENDING", agentID: "machine-1", templateRendering: "successful" });
  const made = await store.create(kinds.Template, {
    apiVersion: "tinkerbell.org/v1alpha1",
    kind: "Template",
    metadata: at("next"),
    spec: { data: "" },
  });
  assert.equal(made.metadata.resourceVersion, "12");
  await store.close();
});

test("a watch goes on from a version before the upgrade, with the objects as they were", async () => {
  const store = await openSqliteStore(file, {}, { historyAgeMs: Number.MAX_SAFE_INTEGER });
  const stop = new AbortController();
  const events: WatchEvent[] = [];
  for await (const event of store.watch(kinds.Template, { resourceVersion: "3", signal: stop.signal })) {
    if (events.push(event) === 4) stop.abort();
  }
  await store.close();
  assert.deepEqual(
    events.map((event) => event.type !== "bookmark" && [event.type, event.object.metadata.name, event.object.status]),
    [
      ["added", "debian", undefined],
      ["modified", "debian", { state: "Ready" }],
      ["added", "gone", undefined],
      ["deleted", "gone", undefined],
    ],
  );
});

test("events that nobody could read are gone, and owners of fields have no empty time", async () => {
  const db = new DatabaseSync(file);
  db.exec(`${migrations[1]} PRAGMA user_version = 2`);
  const insert = db.prepare("INSERT INTO objects VALUES (?, 'default', ?, ?, ?)");
  const kept = (metadata: object) => JSON.stringify({ metadata: { namespace: "default", uid: "u", ...metadata } });
  insert.run("events.v1", "lost", 12, kept({ name: "lost", resourceVersion: "12" }));
  const managedFields = [{ manager: "a", time: "", fieldsType: "FieldsV1" }];
  const object = kept({ name: "owned", resourceVersion: "13", managedFields });
  insert.run("templates.tinkerbell.org/v1alpha1", "owned", 13, object);
  db.close();
  const store = await openSqliteStore(file);
  const owned = await store.get(kinds.Template, at("owned"));
  assert.deepEqual(owned?.metadata.managedFields, [{ manager: "a", fieldsType: "FieldsV1" }]);
  await store.close();
  const after = new DatabaseSync(file, { readOnly: true });
  assert.equal(after.prepare("SELECT count(*) AS n FROM objects WHERE kind = 'events.v1'").get()?.n, 0);
  after.close();
});

test("a copy from before the upgrade is kept beside it, for its owner alone, and only once", async () => {
  await (await openSqliteStore(file)).close();
  const copy = `${file}.before-3`;
  assert.equal((await stat(copy)).mode & 0o777, 0o600);
  const db = new DatabaseSync(copy, { readOnly: true });
  assert.equal(db.prepare("PRAGMA user_version").get()?.user_version, 1);
  assert.equal(db.prepare("SELECT count(*) AS n FROM changes").get()?.n, 11);
  db.close();
  await rm(copy);
  await (await openSqliteStore(file)).close();
  assert.deepEqual(await readdir(folder), ["neverland.db"]);
});

test("a copy that was broken off does not stop the next try", async () => {
  await writeFile(`${file}.before-3.unfinished`, "half a copy");
  const store = await openSqliteStore(file);
  assert.equal((await store.list(kinds.Hardware)).items.length, 2);
  await store.close();
  assert.deepEqual((await readdir(folder)).toSorted(), ["neverland.db", "neverland.db.before-3"]);
});
