import assert from "node:assert/strict";
import { test } from "node:test";
import { linkMtu } from "./interfaces.ts";

test("a link's longest packet is the system's word for it, and Ethernet's where that is not to be had", () => {
  assert.deepEqual([linkMtu("lo"), linkMtu("no-such-link")], [65_536, 1500]);
});
