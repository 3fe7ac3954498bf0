// Sixty machines that are switched on within a second, from DHCP to their first action; every byte that they load is compared.
import assert from "node:assert/strict";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { runInLabNamespace } from "@neverland/lab";
import { stages } from "@neverland/paper-rack/storm/storm-order.ts";
import type { StormRun } from "./storm-run.ts";

const machines = 60;
const timeout = 110_000;

describe("sixty machines switched on within a second", { timeout }, () => {
  let run: StormRun;
  before(async () => {
    const argv = [process.execPath, ...process.execArgv, join(import.meta.dirname, "small-storm-main.ts")];
    const signal = AbortSignal.timeout(timeout);
    const space = await runInLabNamespace({ argv, signal, stdio: ["ignore", "pipe", "inherit"] });
    const chunks = (await space.child.stdout?.toArray()) ?? [];
    run = JSON.parse(Buffer.concat(chunks).toString());
  });

  test("all come to their first action, and none fails at any stage", () => {
    const went = stages.map((stage) => ({ stage, ...run.machines.stages[stage] }));
    const expected = stages.map((stage) => ({ stage, served: machines, failures: {} }));
    assert.deepEqual(
      went.map(({ stage, served, failures }) => ({ stage, served, failures })),
      expected,
    );
    assert.equal(run.machines.started, machines);
  });

  test("no datagram is lost in a full socket, on either side", () => {
    assert.deepEqual([run.server.lostDatagrams, run.machines.players.lostDatagrams], [0, 0]);
  });
});
