import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds } from "@neverland/api";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { type ListOptions, type ResourceStore, StoreError } from "@neverland/store/resource-store.ts";
import { defaultControllerLimits } from "./controller.ts";
import { Lookups } from "./lookups.ts";

const by = "spec.hardwareRef";

/** Two workflows of each of so many machines. @param list Instead of the store's own. */
async function setUp(machines: number, list?: (own: ResourceStore["list"]) => ResourceStore["list"]) {
  const clock = new ManualClock(0);
  const store = openMemoryStore({ clock, newUid: () => crypto.randomUUID() });
  for (let at = 0; at < 2 * machines; at++)
    await store.create(kinds.Workflow, {
      apiVersion: "tinkerbell.org/v1alpha1",
      kind: "Workflow",
      metadata: { namespace: "default", name: `w${at}` },
      spec: { hardwareRef: `m${at % machines}` },
    });
  const own: ResourceStore["list"] = (kind, options) => store.list(kind, options);
  const asked: ListOptions[] = [];
  const use = list?.(own) ?? own;
  const counted: ResourceStore = Object.assign(Object.create(store), {
    list: (kind: (typeof kinds)["Workflow"], options: ListOptions) => {
      asked.push(options);
      return use(kind, options);
    },
  });
  const found: string[] = [];
  const enough = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<void>();
  const lookups = new Lookups(
    {
      ...{ clock, store: counted, kind: kinds.Workflow, random: () => 0.5 },
      found: (key) => found.push(key) === 2 * machines && enough.resolve(),
      onError: () => failed.resolve(),
    },
    defaultControllerLimits,
  );
  return { clock, lookups, asked, found, enough: enough.promise, failed: failed.promise };
}

const names = (machines: number) => Array.from({ length: 2 * machines }, (_, at) => `default/w${at}`).sort();

test("machines that change together are looked up together, some at a time", { timeout: 30_000 }, async () => {
  const { lookups, asked, found, enough } = await setUp(300);
  const tell = lookups.from(undefined);
  for (let at = 0; at < 300; at++) tell({ by, values: [`m${at}`], namespace: "default" });
  await enough;
  assert.deepEqual(found.toSorted(), names(300));
  assert.equal(asked.length, 3);
  await lookups.stop(AbortSignal.abort());
});

test("what a failed look-up asked for is asked again, with what came meanwhile", { timeout: 30_000 }, async () => {
  let calls = 0;
  const { clock, lookups, found, enough, failed } = await setUp(2, (own) => async (kind, options) => {
    calls += 1;
    if (calls === 1) throw new StoreError("unavailable", "the disk hangs");
    return await own(kind, options);
  });
  const tell = lookups.from(undefined);
  tell({ by, values: ["m0"], namespace: "default" });
  await failed;
  tell({ by, values: ["m1"], namespace: "default" });
  await enough;
  assert.deepEqual(found.toSorted(), names(2));
  assert.equal(clock.nowMs(), 0);
  await lookups.stop(AbortSignal.abort());
});
