import assert from "node:assert/strict";
import { test } from "node:test";
import { Burst } from "./burst.ts";

function spin(forMs: number): void {
  for (const untilMs = performance.now() + forMs; performance.now() < untilMs; );
}

test("what comes in one turn is done at once while there is time, and the rest in its order with the loop going round", async () => {
  const burst = new Burst();
  const done: string[] = [];
  const all = Promise.withResolvers<void>();
  for (const name of ["a", "b", "c", "d"])
    burst.run(() => {
      spin(5);
      done.push(name);
      if (name === "d") all.resolve();
    });
  assert.deepEqual(done, ["a"]);
  const round = (): void => {
    done.push("loop");
    if (!done.includes("d")) setImmediate(round);
  };
  setImmediate(round);
  await all.promise;
  assert.match(done.join(" "), /^a (loop )*b (loop )+c (loop )+d$/);
});

test("nobody is done before those who wait, also in a later turn that has time", async () => {
  const burst = new Burst();
  const done: string[] = [];
  burst.run(() => spin(5));
  const first = burst.next().then(() => done.push("first"));
  await new Promise((resolve) => setImmediate(resolve));
  const last = Promise.withResolvers<void>();
  burst.run(() => {
    done.push("second");
    last.resolve();
  });
  await Promise.all([first, last.promise]);
  assert.deepEqual(done, ["first", "second"]);
});
