// When the machine goes down: the order of acknowledgement, kexec and reboot.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Action } from "./action.ts";
import type { InFlight } from "./journal.ts";
import type { Outcome } from "./outcome.ts";
import type { PowerWish } from "./power.ts";
import { anAction } from "./testing/an-action.ts";
import { Worker, type WorkerDeps } from "./worker.ts";
import { WorkerError } from "./worker-error.ts";

const success: Outcome = { state: "SUCCESS", startMs: 0, stopMs: 1, message: "" };
const over = new Error("the test is over");

/** A worker that finds `inFlight` in its journal, on a machine that wishes for `wish`. Returns what it did until it asked for work. */
async function restart(inFlight: InFlight, wish: PowerWish, broken: readonly PowerWish[] = []): Promise<string[]> {
  const did: string[] = [];
  const never = async (): Promise<never> => {
    throw over;
  };
  const deps: WorkerDeps = {
    server: {
      nextAction: never,
      reportRunning: never,
      reportOutcome: async () => {
        did.push("acknowledged");
        return { kind: "acknowledged" };
      },
      awaitStop: never,
      sendLogs: never,
      close: () => {},
    },
    runner: { run: never, resume: never, clean: async () => {}, cleanOthers: async () => [] },
    journal: {
      inFlight,
      record: ({ phase }) => void did.push(phase),
      settle: () => void did.push("settled"),
      completed: () => undefined,
    },
    power: {
      wish: () => wish,
      forget: () => {},
      fulfil: (how) => {
        did.push(how);
        if (broken.includes(how)) throw new WorkerError("power", "refused");
      },
    },
    clock: { nowMs: () => 0, uptimeMs: () => 0, bootId: () => "boot" },
    pause: async () => void did.push("waited"),
    log: () => {},
    maxPollMs: 1,
  };
  await assert.rejects(new Worker(deps).run(new AbortController().signal), over);
  return did;
}

const action: Action = anAction();

test("a finished action is reported first, then the machine goes down", async () => {
  const did = await restart({ phase: "finished", action, outcome: success }, "reboot");
  assert.deepEqual(did, ["finished", "acknowledged", "acknowledged", "reboot", "waited", "settled"]);
});

test("an acknowledged action is not reported again, but the machine still goes down", async () => {
  assert.deepEqual(await restart({ phase: "acknowledged", action, outcome: success }, "reboot"), [
    "reboot",
    "waited",
    "settled",
  ]);
});

test("a kexec that fails becomes a reboot", async () => {
  const did = await restart({ phase: "acknowledged", action, outcome: success }, "kexec", ["kexec"]);
  assert.deepEqual(did, ["kexec", "reboot", "waited", "settled"]);
});

test("a failure leaves the machine up", async () => {
  const failed: Outcome = { ...success, state: "FAILED" };
  assert.deepEqual(await restart({ phase: "acknowledged", action, outcome: failed }, "reboot"), ["settled"]);
});
