// Labels by which a controller takes an object: two that patch at once, without versions, never both have it.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { apiVersionOf, kinds } from "@neverland/api";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { patchResource } from "../patches/patch-resource.ts";
import { WritePath } from "../write-path.ts";

const label = "v1alpha1.tinkerbell.org/ownerName";
const space = "v1alpha1.tinkerbell.org/ownerNamespace";
const { Hardware } = kinds;
const key = { namespace: "default", name: "m1" };
let writes: WritePath;

beforeEach(async () => {
  writes = new WritePath({ store: openMemoryStore(), clock: systemClock });
  const object = { apiVersion: apiVersionOf(Hardware), kind: "Hardware", metadata: key, spec: {} };
  await writes.create(Hardware, object, { namespace: "default" }, options);
});

const options = { manager: "manager", dryRun: false };

function take(labels: { readonly [name: string]: string | null }) {
  const target = { kind: Hardware, ...key, half: "content" } as const;
  return patchResource(writes, target, "merge", { metadata: { labels } }, options);
}

test("of ten that take it at once one has it, and the others are told whose it is", async () => {
  const names = Array.from({ length: 10 }, (_, at) => `machine-${at}`);
  const tries = await Promise.allSettled(names.map((name) => take({ [label]: name, [space]: "default" })));
  const won = tries.flatMap((one) => (one.status === "fulfilled" ? [one.value.metadata.labels?.[label]] : []));
  const lost = tries.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  assert.equal(won.length, 1);
  assert.equal((await writes.reads.get(Hardware, key))?.metadata.labels?.[label], won[0]);
  assert.deepEqual(
    lost.map(({ code, details }) => [code, details.faults[0].field]),
    Array.from({ length: 9 }, () => ["claimed", `metadata.labels[${label}]`]),
  );
  assert.match(
    lost[0].message,
    /^Hardware default\/m1 is taken: its label v1alpha1\.tinkerbell\.org\/ownerName is machine-\d, not/,
  );
});

test("one of the same name in another namespace is another", async () => {
  await take({ [label]: "machine", [space]: "one" });
  await assert.rejects(take({ [label]: "machine", [space]: "two" }), { code: "claimed" });
});

test("who has it may take it again, and let go, and then another takes it", async () => {
  await take({ [label]: "machine-1", [space]: "default" });
  await take({ [label]: "machine-1", [space]: "default" });
  await take({ [label]: null, [space]: null });
  assert.equal((await take({ [label]: "machine-2", [space]: "default" })).metadata.labels?.[label], "machine-2");
});

test("other labels change as anybody likes", async () => {
  await take({ rack: "one" });
  assert.equal((await take({ rack: "two" })).metadata.labels?.rack, "two");
});
