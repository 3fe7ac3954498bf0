// Services that do not stop as they should: the others are stopped all the same, in time.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Service } from "./service.ts";
import { ServiceStack } from "./service-stack.ts";

const soon = () => AbortSignal.timeout(5000);

function service(name: string, stopped: string[], stop: () => Promise<void> = async () => undefined): Service {
  return {
    start: async () => undefined,
    stop: async () => {
      await stop();
      stopped.push(name);
    },
  };
}

async function stackOf(...services: readonly Service[]): Promise<ServiceStack> {
  const stack = new ServiceStack();
  for (const one of services) await stack.start(one, soon());
  return stack;
}

test("services are stopped in reverse, once", async () => {
  const stopped: string[] = [];
  const stack = await stackOf(service("recorder", stopped), service("http", stopped));
  await stack.stop(soon());
  await stack.stop(soon());
  assert.deepEqual(stopped, ["http", "recorder"]);
});

test("a stop that throws leaves nothing else running, is told, and is asked again by the next stop", async () => {
  const stopped: string[] = [];
  let isStuck = true;
  const boots = service("boots", stopped, async () => {
    if (isStuck) throw new Error("the socket is stuck");
  });
  const stack = await stackOf(service("recorder", stopped), service("http", stopped), boots);
  await assert.rejects(stack.stop(soon()), /could not be stopped: Error: the socket is stuck/);
  assert.deepEqual(stopped, ["http", "recorder"]);
  isStuck = false;
  await stack.stop(soon());
  assert.deepEqual(stopped, ["http", "recorder", "boots"]);
});

test("a stop that never ends keeps neither the deadline nor the others waiting", { timeout: 20_000 }, async () => {
  const stopped: string[] = [];
  const stack = await stackOf(
    service("recorder", stopped),
    service("http", stopped, () => new Promise(() => {})),
  );
  await assert.rejects(stack.stop(AbortSignal.abort()), /did not end within 2000 ms after the stop's deadline/);
  assert.deepEqual(stopped, ["recorder"]);
});

test("a start that looks at no signal is given up with it", async () => {
  const stack = new ServiceStack();
  const deaf: Service = { start: () => new Promise(() => {}), stop: async () => undefined };
  await assert.rejects(stack.start(deaf, AbortSignal.abort(new Error("SIGTERM"))), /SIGTERM/);
});
