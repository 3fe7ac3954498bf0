import assert from "node:assert/strict";
import { test } from "node:test";
import type { Resource } from "../resource.ts";
import { ApiError } from "./api-error.ts";
import { type WatchPort, watchLoop } from "./watch-loop.ts";

const object = (name: string, resourceVersion: string): Resource => ({
  apiVersion: "tinkerbell.org/v1alpha1",
  kind: "Template",
  metadata: { name, namespace: "default", uid: name, generation: 1, resourceVersion },
});
const added = (name: string, version: string) => ({ type: "ADDED", object: object(name, version) });

/** A server that answers each request in turn: lines, or an error. What was asked is kept. */
function scripted(answers: (unknown[] | ApiError)[], stop: AbortController) {
  const opened: string[] = [];
  const pausesMs: number[] = [];
  const port: WatchPort<Resource> = {
    list: async () => ({ items: [object("listed", "50")], resourceVersion: "50" }),
    open: async (resourceVersion) => {
      opened.push(resourceVersion);
      const answer = answers.shift() ?? [];
      if (answer instanceof ApiError) throw answer;
      return (async function* () {
        yield* answer;
      })();
    },
    pause: async (delayMs) => {
      pausesMs.push(delayMs);
      if (answers.length === 0) stop.abort();
    },
    random: () => 1,
  };
  return { port, opened, pausesMs };
}

test("goes on from the last version after an end, an event or a bookmark", async () => {
  const stop = new AbortController();
  const bookmark = { type: "BOOKMARK", object: { metadata: { resourceVersion: "9" } } };
  const { port, opened } = scripted([[added("a", "7")], [bookmark], []], stop);
  const events = await Array.fromAsync(watchLoop(port, "5", stop.signal));
  assert.deepEqual(opened, ["5", "7", "9"]);
  assert.deepEqual(
    events.map((event) => event.type),
    ["added", "bookmark"],
  );
});

test("waits longer after each failure in a row, at most ten seconds", async () => {
  const stop = new AbortController();
  const down = Array.from({ length: 8 }, () => new ApiError("unavailable", "down"));
  const { port, pausesMs } = scripted([...down, [added("a", "6")], []], stop);
  await Array.fromAsync(watchLoop(port, "5", stop.signal));
  assert.deepEqual(pausesMs, [200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 200, 400]);
});

test("an ERROR event of 410 means listing anew", async () => {
  const stop = new AbortController();
  const expired = { type: "ERROR", object: { kind: "Status", reason: "Expired", code: 410, message: "too old" } };
  const { port, opened } = scripted([[expired], []], stop);
  const events = await Array.fromAsync(watchLoop(port, "5", stop.signal));
  assert.deepEqual(
    events.map((event) => event.type),
    ["synced"],
  );
  assert.deepEqual(opened, ["5", "50"]);
});

test("what no repetition mends is thrown", async () => {
  const stop = new AbortController();
  const { port } = scripted([new ApiError("unauthorized", "no")], stop);
  await assert.rejects(Array.fromAsync(watchLoop(port, "5", stop.signal)), { code: "unauthorized" });
});
