import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { onAbort, unlessAborted } from "./abort.ts";

test("calls back once, also for a signal that had aborted before", () => {
  const controller = new AbortController();
  const calls: string[] = [];
  onAbort(controller.signal, () => calls.push("before"));
  controller.abort();
  onAbort(controller.signal, () => calls.push("after"));
  assert.deepEqual(calls, ["before", "after"]);
});

test("is silent once it was given up", () => {
  const controller = new AbortController();
  const forget = onAbort(controller.signal, () => assert.fail("called back"));
  forget();
  controller.abort();
  assert.equal(getEventListeners(controller.signal, "abort").length, 0);
});

test("gives work up with the signal's reason, and lets the work's own failure pass unheard", async () => {
  const controller = new AbortController();
  const work = Promise.withResolvers<string>();
  const outcome = unlessAborted(work.promise, controller.signal);
  controller.abort(new Error("enough"));
  await assert.rejects(outcome, /enough/);
  // Unheard, it would end the process.
  work.reject(new Error("late"));
  await new Promise(setImmediate);
});

test("hands on what the work comes to and leaves no listener", async () => {
  const controller = new AbortController();
  assert.equal(await unlessAborted(Promise.resolve("done"), controller.signal), "done");
  await assert.rejects(unlessAborted(Promise.reject(new Error("broken")), controller.signal), /broken/);
  assert.equal(getEventListeners(controller.signal, "abort").length, 0);
});
