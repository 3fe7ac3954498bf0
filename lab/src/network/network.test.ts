import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { runInside } from "../testing/inside.ts";

test("with cables of packet sockets, the bridge alone answers for the lab's address, however many cables there are", async () => {
  const program = join(import.meta.dirname, "..", "testing", "arp-answers.ts");
  const { code, stdout, stderr } = await runInside([program]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), { answers: 10, by: ["br0"] });
});
