import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, test } from "node:test";
import { apiVersionOf, kinds, type Resource } from "@neverland/api";
import { systemClock } from "@neverland/platform/clock.ts";
import { follow } from "./follow.ts";
import type { ResourceStore } from "./resource-store.ts";
import { openSqliteStore } from "./sqlite-store.ts";
import type { StoredFault } from "./stored-fault.ts";
import { typedStore } from "./typed-resources.ts";

const { Hardware } = kinds;
const timeout = 10_000;
let folder: string;
let store: ResourceStore;
let faults: StoredFault[];

const key = (name: string) => ({ namespace: "default", name });
const machine = (name: string, mac: unknown) => ({
  apiVersion: apiVersionOf(Hardware),
  kind: "Hardware",
  metadata: key(name),
  spec: { interfaces: [{ dhcp: { mac } }] },
});

/** Three machines, of which somebody changed two with another program. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "stored-fault-"));
  const file = join(folder, "store.db");
  const before = await openSqliteStore(file);
  for (const [at, name] of ["good", "odd", "torn"].entries())
    await before.create(Hardware, machine(name, `02:00:00:00:00:0${at}`));
  await before.close();
  const db = new DatabaseSync(file);
  db.exec(`UPDATE objects SET object = replace(object, '"02:00:00:00:00:01"', '5') WHERE name = 'odd'`);
  db.exec(`UPDATE objects SET object = substr(object, 1, 40) WHERE name = 'torn'`);
  db.close();
  faults = [];
  store = await openSqliteStore(file, { onFault: (fault) => faults.push(fault) });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

test("what no schema accepts is named once, with what is wrong and how to mend it", () => {
  assert.deepEqual(
    faults.map(({ kind, namespace, name }) => [kind, namespace, name]),
    [
      ["Hardware", "default", "odd"],
      ["Hardware", "default", "torn"],
    ],
  );
  assert.match(
    faults[0]?.message ?? "",
    /spec\.interfaces\.0\.dhcp\.mac \(invalid_type\).*kubectl get hardware -n default odd/,
  );
  assert.match(faults[1]?.message ?? "", /its text is not that of an object of this name/);
});

test("followers and typed readers go on without it", { timeout }, async () => {
  const stop = new AbortController();
  const seen: string[] = [];
  const following = follow({ store, clock: systemClock, signal: stop.signal }, Hardware, {
    onChange: (type, { metadata }) => seen.push(`${type} ${metadata.name}`),
    onError: (error) => assert.fail(String(error)),
  });
  await following.ready;
  const typed = typedStore(store, Hardware);
  assert.deepEqual(
    (await typed.list()).items.map(({ metadata }) => metadata.name),
    ["good"],
  );
  assert.equal(await typed.get(key("odd")), undefined);
  await store.update(Hardware, mended(await store.get(Hardware, key("odd"))));
  await store.delete(Hardware, key("torn"));
  await store.delete(Hardware, key("odd"));
  stop.abort();
  await following.done;
  assert.deepEqual(seen, ["added good", "added odd", "deleted odd"]);
});

test("people see it as it is, can replace it and delete it", async () => {
  const odd = await store.get(Hardware, key("odd"));
  assert.deepEqual(odd?.spec, { interfaces: [{ dhcp: { mac: 5 } }] });
  const torn = await store.get(Hardware, key("torn"));
  assert.match(torn?.metadata.annotations?.["neverland.dev/unreadable"] ?? "", /^\{"apiVersion":"tinkerbell/);
  assert.equal((await store.list(Hardware)).items.length, 3);
  const replaced = await store.update(Hardware, mended(torn));
  assert.deepEqual([replaced.spec, replaced.apiVersion], [mended(torn).spec, "tinkerbell.org/v1alpha1"]);
  await store.delete(Hardware, key("odd"));
  await store.delete(Hardware, key("torn"));
  assert.equal((await store.list(Hardware)).items.length, 1);
});

function mended(object: Resource | undefined): Resource {
  assert.ok(object);
  const { metadata } = object;
  return {
    ...object,
    metadata: { ...metadata, annotations: {} },
    spec: { interfaces: [{ dhcp: { mac: "02:00:00:00:00:09" } }] },
  };
}
