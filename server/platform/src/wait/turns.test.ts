import assert from "node:assert/strict";
import { test } from "node:test";
import { Turns } from "./turns.ts";

/** Goes through the event loop and says each time round "loop", until all pieces are done. */
async function watch(done: string[], pieces: readonly Promise<void>[]): Promise<void> {
  let isOver = false;
  const all = Promise.all(pieces).then(() => {
    isOver = true;
  });
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    done.push("loop");
  }
  await all;
}

function spin(forMs: number): void {
  for (const untilMs = performance.now() + forMs; performance.now() < untilMs; );
}

test("the loop goes round between pieces that take long, which are done in the order they came", async () => {
  const turns = new Turns();
  const done: string[] = [];
  const piece = async (name: string) => {
    await turns.next();
    // Of several steps, none of which waits for anything but itself.
    await Promise.resolve();
    spin(6);
    done.push(name);
  };
  await watch(done, [piece("a"), piece("b"), piece("c")]);
  assert.match(done.join(" "), /^(loop )*a (loop )+b (loop )+c( loop)*$/);
});

test("the loop goes round between whole pieces that take long, too, and they keep their place among others", async () => {
  const turns = new Turns();
  const done: string[] = [];
  const piece = (name: string, isWhole: boolean) =>
    new Promise<void>((resolve) => {
      const go = () => {
        spin(6);
        done.push(name);
        resolve();
      };
      turns.run(go, isWhole);
    });
  await watch(done, [piece("a", true), piece("b", true), piece("c", false), piece("d", true)]);
  assert.match(done.join(" "), /^(loop )*a (loop )+b (loop )+c (loop )+d( loop)*$/);
});

test("whole pieces that take no time are done one after another, without anything between them", async () => {
  const turns = new Turns();
  const done: string[] = [];
  for (const name of ["a", "b"])
    turns.run(() => {
      done.push(name);
      queueMicrotask(() => done.push("microtask"));
    }, true);
  await turns.next();
  assert.deepEqual(done, ["a", "b", "microtask", "microtask"]);
});

test("pieces that take no time share a slice", async () => {
  const turns = new Turns();
  const done: string[] = [];
  const pieces = Array.from({ length: 1000 }, async () => {
    await turns.next();
    done.push("piece");
  });
  await watch(done, pieces);
  assert.ok(done.filter((name) => name === "loop").length < 200);
});

test("a turn that is asked for after all were had is given", async () => {
  const turns = new Turns();
  await turns.next();
  await new Promise((resolve) => setImmediate(resolve));
  await turns.next();
});
