// tink up whose main thread is busy for 200 ms at a time: addresses and files over TFTP come as ever, and files over HTTP all the same.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { askAsHall } from "../../testing/ask-as-hall.ts";
import { startCli } from "../../testing/cli-bench.ts";
import { layOutHall, registerHallAt } from "../../testing/loopback-hall.ts";

const busyMs = 200;
const forMs = 3000;

test("while this thread is busy, DHCP and TFTP are answered in a fraction of the time that it is", async () => {
  const dir = await mkdtemp(join(tmpdir(), "up-busy-"));
  const hall = await layOutHall(dir);
  // In this process.
  const up = startCli(["--data-dir", join(dir, "data"), "up", ...hall.flags], { TINK_LOG_LEVEL: "error" });
  try {
    await up.saw(/"event":"ready"/);
    await registerHallAt(join(dir, "data"));
    const asking = askAsHall(hall);
    await asking.answered(2);
    for (const from = performance.now(); performance.now() - from < forMs; ) {
      for (const begun = performance.now(); performance.now() - begun < busyMs; );
      await new Promise(setImmediate);
    }
    const { dhcp, tftp, http } = await asking.stop();
    const median = (times: number[]) => times.toSorted((one, other) => one - other)[times.length >> 1] ?? Infinity;
    assert.ok(median(dhcp) < 50 && median(tftp) < 50, `DHCP ${median(dhcp)} ms, TFTP ${median(tftp)} ms`);
    assert.ok(
      dhcp.length > 30 && tftp.length > 15 && http.length > 2,
      `${[dhcp, tftp, http].map((all) => all.length)}`,
    );
  } finally {
    up.interrupt();
    await up.ended;
    await rm(dir, { recursive: true });
  }
});
