// A disk that is really full: events cost the newest lines and nothing else, and go on when there is space.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { runOnSmallDisk } from "@neverland/platform/testing/small-disk.ts";

test("on a full disk events are read as before, and what was waited with is on the disk once there is space", {
  timeout: 60_000,
}, async () => {
  const output = await runOnSmallDisk(join(import.meta.dirname, "testing/fill-disk.ts"));
  assert.match(output, /^failed: Error: ENOSPC: no space left on device/);
  const [, told, read, recorded] = /told (\d+) times; (\d+) of (\d+) are read/.exec(output) ?? [];
  assert.deepEqual([told, read], ["1", recorded]);
  const [, whole, , lost] =
    /after a restart (\d+) of (\d+) are whole, and it says: (\d+) events were not written down/.exec(output) ?? [];
  assert.equal(Number(whole) + Number(lost), Number(recorded), output);
  // Of those that came while it was full, as many as may wait.
  assert.ok(Number(lost) > 0 && Number(lost) < 200, output);
});
