// A watch that goes on from an old version, over a history that was loaded and of which nothing is parsed yet.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Resource } from "@neverland/api";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import type { WatchEvent, WatchOptions } from "../resource-store.ts";
import { ChangeLog, LoggedChange } from "./change-log.ts";
import { WatchHub } from "./watch-hub.ts";

const kindId = "templates";
const changes = 2000;
/** What parsing one takes at the least, so that all of them are several slices on however quick a machine. */
const parseMs = 0.01;
let parsed: number;
let hub: WatchHub;

const wanted = (value: string) => [{ key: "wanted", operator: "in", values: [value] }] as const;

/** The last change is of an object with the label `wanted`. */
beforeEach(() => {
  parsed = 0;
  const log = new ChangeLog();
  log.startAt({ version: changes, compactedVersion: 0, unreadVersion: 0 });
  for (let version = 1; version <= changes; version++) log.restore(changeAt(version));
  hub = new WatchHub(log, new ManualClock(0), 60_000);
});

function changeAt(version: number): LoggedChange {
  const key = { namespace: "default", name: `t-${version}` };
  const made = (): { after: Resource; before: undefined } => {
    parsed += 1;
    for (const untilMs = performance.now() + parseMs; performance.now() < untilMs; );
    const labels: Record<string, string> = version === changes ? { wanted: "yes" } : {};
    const metadata = { ...key, uid: key.name, resourceVersion: String(version), generation: 1, labels };
    return { after: { apiVersion: "v1", kind: "Template", metadata }, before: undefined };
  };
  return new LoggedChange({ version, timeMs: 0, kindId, key, type: "added" }, made, 100);
}

function follow(t: { readonly signal: AbortSignal }, filter: Partial<WatchOptions>): AsyncIterator<WatchEvent> {
  return hub.follow(kindId, { resourceVersion: "0", signal: t.signal, ...filter })[Symbol.asyncIterator]();
}

test("the loop goes round while it passes over what is not its own, and what is its own comes", async (t) => {
  const coming = follow(t, { labels: wanted("yes") }).next();
  const turns: number[] = [];
  let isThere = false;
  const found = coming.finally(() => {
    isThere = true;
  });
  while (!isThere) {
    await new Promise((resolve) => setImmediate(resolve));
    turns.push(parsed);
  }
  const { value } = await found;
  assert.equal(value?.type === "added" && value.object.metadata.name, `t-${changes}`);
  assert.ok((turns[0] ?? changes) < changes, `${turns[0]} were parsed before the loop went round`);
});

test("many that come back at once look by turns, each at a few at a time", (t) => {
  for (let watch = 0; watch < 10; watch++) void follow(t, { labels: wanted("no") }).next();
  assert.ok(parsed <= 32, `${parsed} were parsed in one go`);
});

test("of other namespaces nothing is parsed", async (t) => {
  void follow(t, { namespace: "elsewhere" }).next();
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(parsed, 0);
});
