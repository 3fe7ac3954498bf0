import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { apiVersionOf, kinds } from "@neverland/api";
import { openSqliteStore } from "@neverland/store/sqlite-store.ts";
import { judgeMember } from "./judge-member.ts";
import { Ownership } from "./ownership.ts";

const { Template, Workflow } = kinds;
const of = (kind: { readonly kind: string }, name: string) => ({
  ...{ apiVersion: apiVersionOf(Workflow), kind: kind.kind },
  metadata: { namespace: "default", name },
});

test("what is owned by an object that cannot be read stays", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "judge-member-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "store.db");
  const before = await openSqliteStore(file);
  const { metadata } = await before.create(Workflow, { ...of(Workflow, "owner"), spec: {} });
  const ownerReferences = [{ apiVersion: apiVersionOf(Workflow), kind: "Workflow", name: "owner", uid: metadata.uid }];
  const owned = of(Template, "owned");
  await before.create(Template, { ...owned, metadata: { ...owned.metadata, ownerReferences }, spec: {} });
  await before.close();
  const database = new DatabaseSync(file);
  database.exec("UPDATE objects SET object = substr(object, 1, 40) WHERE name = 'owner'");
  database.close();
  const store = await openSqliteStore(file);
  t.after(() => store.close());
  const object = await store.get(Template, owned.metadata);
  assert.ok(object);
  const ownership = new Ownership();
  ownership.put(Template, object);
  await judgeMember(object.metadata.uid, { store, ownership });
  assert.equal(await store.get(Template, owned.metadata), object);
});
