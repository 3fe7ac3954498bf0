import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { apiVersionOf, kinds } from "@neverland/api";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { listInPages } from "./list-in-pages.ts";
import { openMemoryStore } from "./memory-store.ts";
import type { ResourceStore } from "./resource-store.ts";

const { Template } = kinds;
const { signal } = new AbortController();
const names = Array.from({ length: 1200 }, (_, at) => `t${String(at).padStart(4, "0")}`);
const template = (name: string) => ({
  ...{ apiVersion: apiVersionOf(Template), kind: "Template", spec: { data: "" } },
  metadata: { namespace: "default", name },
});
let store: ResourceStore;
beforeEach(async () => {
  // The next page is gone as soon as another list is begun and something is written.
  const limits = { historyBytes: 0, listBytes: 0 };
  store = openMemoryStore({ clock: systemClock, newUid: () => crypto.randomUUID() }, limits);
  await Promise.all(names.map((name) => store.create(Template, template(name))));
});
afterEach(() => store.close());

test("all are handed over, in order, page by page", async () => {
  const pages = await Array.fromAsync(listInPages(store, Template, {}, signal));
  assert.deepEqual(
    pages.map(({ length }) => length),
    [500, 500, 200],
  );
  assert.deepEqual(
    pages.flat().map(({ metadata }) => metadata.name),
    names,
  );
});

test("where the state of the list is forgotten on the way it goes on with what there is now", async () => {
  const seen: string[] = [];
  for await (const page of listInPages(store, Template, {}, signal)) {
    if (seen.length === 0) {
      for (const name of ["t0100", "t0600"]) await store.delete(Template, { namespace: "default", name });
      await store.list(Template, { limit: 1 });
    }
    seen.push(...page.map(({ metadata }) => metadata.name));
  }
  assert.deepEqual(
    seen,
    names.filter((name) => name !== "t0600"),
  );
});

test("it ends when nobody wants it any more", async () => {
  const stop = new AbortController();
  let seen = 0;
  for await (const page of listInPages(store, Template, {}, stop.signal)) {
    seen += page.length;
    stop.abort();
  }
  assert.equal(seen, 500);
});
