import assert from "node:assert/strict";
import { test } from "node:test";
import { type Hardware, kinds } from "@neverland/api";
import { openMemoryStore } from "./memory-store.ts";
import { startMirror } from "./mirror.ts";
import { typedStore } from "./typed-resources.ts";

test("a mirror has what was there, and each later change, until it is ended", async () => {
  const hardware = typedStore(openMemoryStore(), kinds.Hardware);
  const add = (name: string) => hardware.create({ metadata: { namespace: "default", name }, spec: {} });
  await add("before");
  const stop = new AbortController();
  const names = new Set<string>();
  let changed = Promise.withResolvers<void>();
  const tell = (change: () => void) => {
    change();
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const sink = {
    replace: (items: readonly Hardware[]) => tell(() => items.forEach((item) => void names.add(item.metadata.name))),
    upsert: (item: Hardware) => tell(() => names.add(item.metadata.name)),
    remove: (item: Hardware) => tell(() => names.delete(item.metadata.name)),
  };
  const { ended } = await startMirror(hardware, sink, stop.signal);
  assert.deepEqual([...names], ["before"]);
  const added = changed.promise;
  await add("after");
  await added;
  const removed = changed.promise;
  await hardware.delete({ namespace: "default", name: "before" });
  await removed;
  assert.deepEqual([...names], ["after"]);
  stop.abort();
  await ended;
});
