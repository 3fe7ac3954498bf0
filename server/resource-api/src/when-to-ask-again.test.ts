// When a caller is told to ask again by itself, as kubectl then does ten times without a word; and when a person has to hear of it at once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { type ResourceStore, StoreError } from "@neverland/store/resource-store.ts";
import { routedStore } from "@neverland/store/routed-store.ts";
import { startApiServer, templateNamed, templatesPath } from "./testing/api-server.ts";

for (const [what, isPassing, header] of [
  ["the disk is full", false, null],
  ["too many writes wait", true, "5"],
] as const)
  test(`where ${what} the answer is 503, with a time to ask again only if it passes`, async (t) => {
    const memory = openMemoryStore();
    const store = routedStore(memory, new Map());
    const create: ResourceStore["create"] = async (kind, resource) => {
      // The namespace it is in is there before.
      if (kind.kind !== "Template") return await store.create(kind, resource);
      throw new StoreError("unavailable", what, { isPassing });
    };
    const api = await startApiServer({ store: { ...store, create } });
    t.after(async () => {
      await api.close();
      await memory.close();
    });
    const { status, headers, body } = await api.request("POST", templatesPath, { body: templateNamed("a") });
    assert.deepEqual([status, body.message, headers.get("retry-after")], [503, what, header]);
    assert.equal(body.details.retryAfterSeconds, header === null ? undefined : Number(header));
  });
