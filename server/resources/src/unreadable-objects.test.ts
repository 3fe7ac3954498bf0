import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { kinds, type Resource } from "@neverland/api";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { isStandIn } from "@neverland/store/stored-fault.ts";
import { openSpoiltStore } from "@neverland/store/testing/spoilt-store.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { applyResource, patchResource, replaceResource } from "./patches/patch-resource.ts";
import { WritePath } from "./write-path.ts";

const { Template } = kinds;
const key = { namespace: "default", name: "torn" };
const target = { ...key, kind: Template, half: "content" } as const;
const options = { manager: "tester", dryRun: false };

/** A template whose text somebody cut off, as the store shows it, and the way to write it. */
async function setUp(t: TestContext) {
  const store = await openSpoiltStore(
    t,
    async (before) => await typedStore(before, Template).create({ metadata: key, spec: { data: "x" } }),
    "UPDATE objects SET object = '[broken'",
  );
  const shown = await store.get(Template, key);
  assert.ok(shown && isStandIn(shown));
  return { store, shown, writes: new WritePath({ store, clock: systemClock }) };
}

const isSeen = async ({ store }: Awaited<ReturnType<typeof setUp>>) =>
  (await typedStore(store, Template).get(key)) !== undefined;

/** All that keeps an object that was mended from being one as any other. */
const marksOf = ({ metadata }: Resource) => [
  metadata.annotations,
  JSON.stringify(metadata.managedFields).includes("unreadable"),
];

test("what was shown, mended and put back is an object as any other", async (t) => {
  const context = await setUp(t);
  const mended = { ...context.shown, spec: { data: "y" } };
  const put = await replaceResource(context.writes, target, mended, options);
  assert.deepEqual([...marksOf(put), await isSeen(context)], [undefined, false, true]);
});

test("so is one that was mended by a patch, and one that was applied", async (t) => {
  for (const write of [
    (writes: WritePath) => patchResource(writes, target, "merge", { spec: { data: "y" } }, options),
    async (writes: WritePath, { apiVersion, kind, metadata: { annotations } }: Resource) => {
      const applied = {
        apiVersion,
        kind,
        metadata: { annotations: { ...annotations, own: "1" } },
        spec: { data: "y" },
      };
      return (await applyResource(writes, target, applied, { ...options, force: false })).resource;
    },
  ]) {
    const context = await setUp(t);
    const written = await write(context.writes, context.shown);
    assert.doesNotMatch(JSON.stringify(written), /unreadable/);
    assert.equal(await isSeen(context), true);
  }
});

test("a change that brings no content is refused: the text that was found stays", async (t) => {
  const { store, shown, writes } = await setUp(t);
  const refusal = { code: "invalid", message: /Template default\/torn cannot be read; replace the whole of it/ };
  const labels = { metadata: { labels: { a: "b" } } };
  await assert.rejects(patchResource(writes, target, "merge", labels, options), refusal);
  const status = { ...target, half: "status" } as const;
  await assert.rejects(patchResource(writes, status, "merge", { status: { state: "Ready" } }, options), refusal);
  assert.equal(await store.get(Template, key), shown);
});

test("it goes at once when it is deleted, whatever shall become of what it owned", async (t) => {
  const { store, writes } = await setUp(t);
  const { isGone } = await writes.delete(Template, key, {}, { finalizer: "foregroundDeletion", dryRun: false });
  assert.deepEqual([isGone, await store.get(Template, key)], [true, undefined]);
});
