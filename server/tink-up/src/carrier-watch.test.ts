// What is told of links that are served, on a clock that the test moves.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { CarrierWatch, type LinkLook } from "./carrier-watch.ts";

async function setUp(first: number | null = 7) {
  const clock = new ManualClock(0);
  const [told, errors, link] = [
    [] as string[],
    [] as string[],
    { sight: "served", index: first ?? undefined, looks: 0 },
  ];
  const look: LinkLook = {
    sightOf: () => {
      link.looks += 1;
      if (link.sight === "fault") throw new Error("no memory");
      return link.sight as ReturnType<LinkLook["sightOf"]>;
    },
    indexOf: () => link.index,
    lacksCarrier: async () => true,
  };
  const onError = ({ doing, error }: { doing: string; error: unknown }) => void errors.push(`${doing}: ${error}`);
  const watch = new CarrierWatch(["lan7"], { warn: (message) => told.push(message), clock, onError, look });
  await watch.start();
  /** A second later, when it was looked at it. @returns What was told since the last one. */
  const see = async (changed: { sight?: string; index?: number | undefined } = {}) => {
    Object.assign(link, changed);
    clock.advance(1000);
    await new Promise(setImmediate);
    return told.splice(0).map((each) => each.replace("the network interface lan7 ", ""));
  };
  return { watch, clock, link, errors, see };
}

test("a cable that is pulled and put in again is told once each", async () => {
  const { see, watch } = await setUp();
  const out = "has no carrier (is its cable in, is the switch on?): machines on it are served once that is mended";
  assert.deepEqual(await see(), []);
  assert.deepEqual(await see({ sight: "not listed" }), [out]);
  assert.deepEqual(await see(), []);
  assert.deepEqual(await see({ sight: "served" }), ["has a carrier: machines on it are served"]);
  assert.equal(watch.whyUnheard(), undefined);
});

const anew =
  "was made anew, and what listens is tied to the one before: restart tink up, and machines on it are served";

test("a link that is made anew is not said to be served, and the restart it needs is told", async () => {
  const { see, watch } = await setUp();
  assert.deepEqual(await see({ sight: "not there", index: undefined }), [
    "is not there any more: when it is there again, restart tink up, and machines on it are served",
  ]);
  assert.deepEqual(await see({ sight: "not listed", index: 8 }), [anew]);
  assert.deepEqual(await see({ sight: "served" }), []);
  assert.equal(watch.whyUnheard(), `the network interface lan7 ${anew}`);
});

test("a link that is made anew between two looks is told as well", async () => {
  const { see } = await setUp();
  assert.deepEqual(await see({ index: 8 }), [anew]);
});

test("a link that no socket is tied to is served when it is there again", async () => {
  const { see } = await setUp(null);
  assert.deepEqual(await see({ sight: "not there" }), [
    "is not there any more: machines on it are served once that is mended",
  ]);
  assert.deepEqual(await see({ sight: "served" }), ["is up and has its address: machines on it are served"]);
});

test("a look that fails is told of, and the next one is made", async () => {
  const { see, errors } = await setUp();
  assert.deepEqual(await see({ sight: "fault" }), []);
  assert.deepEqual(errors, ["looking at the network interfaces: Error: no memory"]);
  assert.equal((await see({ sight: "without IPv4" })).length, 1);
});

test("nothing is looked at any more after the stop", async () => {
  const { see, watch, clock, link } = await setUp();
  await see();
  await watch.stop();
  const { looks } = link;
  assert.deepEqual(await see({ sight: "not listed" }), []);
  assert.deepEqual([looks, link.looks, clock.pending], [1, 1, 0]);
});
