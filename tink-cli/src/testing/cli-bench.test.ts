import assert from "node:assert/strict";
import { test } from "node:test";
import { openAll } from "./cli-bench.ts";

test("when one of several does not open, those that do are closed, also the slow ones", async () => {
  const closed: string[] = [];
  const bench = (name: string) => ({ close: async () => void closed.push(name) });
  const slow = Promise.withResolvers<ReturnType<typeof bench>>();
  const opening = openAll([Promise.resolve(bench("quick")), Promise.reject(new Error("no port")), slow.promise]);
  slow.resolve(bench("slow"));
  await assert.rejects(opening, /no port/);
  assert.deepEqual(closed, ["quick", "slow"]);
});
