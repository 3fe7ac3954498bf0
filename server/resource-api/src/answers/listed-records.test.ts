// Lists of records without a limit: whole, whatever the store does, and page by page where that is safe.
import assert from "node:assert/strict";
import { test } from "node:test";
import { apiVersionOf, kinds } from "@neverland/api";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { routedStore } from "@neverland/store/routed-store.ts";
import { startApiServer } from "../testing/api-server.ts";

const { MachineEvent } = kinds;
const count = 2500;

/** How many objects each answer of the store had, and the names that the caller got. */
async function listFrom(pages: { readonly pagesLast?: true }) {
  const memory = openMemoryStore();
  const spec = { source: "lab", type: "PoweredOn", message: "on", time: "2026-05-01T12:00:00Z" };
  const make = async (_: unknown, n: number) =>
    await memory.create(MachineEvent, {
      ...{ apiVersion: apiVersionOf(MachineEvent), kind: "MachineEvent", spec },
      metadata: { namespace: "default", name: `e${String(n).padStart(4, "0")}` },
    });
  await Promise.all(Array.from({ length: count }, make));
  const answers: number[] = [];
  const list: ResourceStore["list"] = async (kind, options) => {
    const found = await memory.list(kind, options);
    if (kind === MachineEvent) answers.push(found.items.length);
    return { ...found, ...pages };
  };
  const api = await startApiServer({ store: { ...routedStore(memory, new Map()), list } });
  try {
    const url = `${api.url}/apis/metal.neverland.dev/v1alpha1/machineevents`;
    const answer = await (await fetch(url, { headers: { authorization: `Bearer ${api.token}` } })).json();
    const names = answer.items.map((item: { metadata: { name: string } }) => item.metadata.name);
    return { answers, names: new Set(names).size, metadata: Object.keys(answer.metadata) };
  } finally {
    await api.close();
    await memory.close();
  }
}

test("records are taken from the store a page at a time, and are one list", async () => {
  assert.deepEqual(await listFrom({ pagesLast: true }), {
    answers: [1000, 1000, 500],
    names: count,
    metadata: ["resourceVersion"],
  });
});

test("where a page may be gone before it is asked for all are taken at once", async () => {
  assert.deepEqual(await listFrom({}), { answers: [1000, count], names: count, metadata: ["resourceVersion"] });
});
