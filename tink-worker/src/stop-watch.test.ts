// Asking whether an action is to stop, of a server that cannot be asked.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import type { Action } from "./action.ts";
import { watchForStop } from "./stop-watch.ts";

test("a server that cannot be asked is asked again after a while each time, and no wait leaves anything behind", async (t) => {
  const times = { firstAskMs: 20, askAgainMs: 20 };
  const worker = new AbortController();
  t.after(() => worker.abort());
  const asked = Promise.withResolvers<AbortSignal>();
  let count = 0;
  const awaitStop = async (_action: Action, signal: AbortSignal): Promise<never> => {
    count += 1;
    if (count === 15) asked.resolve(signal);
    throw new Error("no server");
  };
  const beganMs = performance.now();
  const watch = watchForStop({} as Action, { awaitStop }, worker.signal, times); // it is handed on alone
  const signal = await asked.promise;
  // Timers of Node may be a millisecond early.
  assert.ok(performance.now() - beganMs >= 15 * (times.askAgainMs - 1));
  assert.ok(getEventListeners(signal, "abort").length <= 1);
  assert.equal(watch.signal.aborted, false);
  watch.end();
});
