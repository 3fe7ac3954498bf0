import assert from "node:assert/strict";
import { test } from "node:test";
import { Breather } from "./breather.ts";

function spin(forMs: number): void {
  for (const untilMs = performance.now() + forMs; performance.now() < untilMs; );
}

test("the loop goes round between the slices of several who have long work at the same time", async () => {
  const done: string[] = [];
  let isOver = false;
  const work = async (name: string): Promise<void> => {
    const breather = new Breather();
    for (let slice = 0; slice < 2; slice++) {
      await breather.breathe();
      spin(6);
      done.push(name);
    }
  };
  const all = Promise.all(["a", "b", "c"].map(work)).then(() => {
    isOver = true;
  });
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    done.push("loop");
  }
  await all;
  assert.match(done.join(" "), /^(loop )*a (loop )+b (loop )+c (loop )+a (loop )+b (loop )+c( loop)*$/);
});
