// tink up with a hall of machines in its store: whatever it is asked, the event loop that answers packets goes on turning.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { apiVersionOf, type KindInfo, kinds, ResourceClient } from "@neverland/api";
import { ServerProcess } from "../workers/server-process.ts";
import { readAddresses, type TinkAddresses, tinkUp } from "../workers/tink-up.ts";
import { hardwareOf, machineName, writeHall } from "./full-data-folder.ts";

const hall = { machines: 2_000, workflows: 500, events: 20_000 };
/** Of the thread's own CPU, so that a busy machine changes little. The goal is 20 ms on a quiet one. */
const longestStallMs = 60;
const timeout = 120_000;

describe("a server with 2,000 machines, 500 workflows and 20,000 events", { timeout }, () => {
  let dataDir: string;
  let server: ServerProcess;
  let addresses: TinkAddresses;
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "tink-at-scale-"));
    await writeHall(dataDir, hall);
    await start();
  });
  after(async () => {
    await server?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function start(): Promise<void> {
    server = await ServerProcess.start(() => tinkUp(dataDir));
    addresses = await readAddresses(server.readyLine);
  }

  async function get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
    const authorization = `Bearer ${addresses.token}`;
    const response = await fetch(`${addresses.api}${path}`, { headers: { authorization, ...headers } });
    assert.equal(response.status, 200, path);
    return await response.text();
  }

  /** The longest stall while `work` is done. */
  async function stallDuring(work: () => Promise<unknown>): Promise<void> {
    await server.longestStall();
    await work();
    const { cpuMs, wallMs } = await server.longestStall();
    const about = `the event loop stood still for ${cpuMs.toFixed(1)} ms of its own CPU, ${wallMs.toFixed(1)} ms by the clock`;
    assert.ok(cpuMs <= longestStallMs, about);
  }

  const pathOf = (kind: KindInfo): string => `/apis/${apiVersionOf(kind)}/${kind.plural}`;
  const tables = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" };

  test("made every workflow ready", async ({ signal }) => {
    const workflows = new ResourceClient(kinds.Workflow, { server: addresses.api, token: addresses.token });
    for (;;) {
      const { items } = await workflows.list({ signal });
      if (items.every(({ status }) => status?.state === "PENDING")) break;
      signal.throwIfAborted();
    }
  });

  for (const [kind, count] of [
    [kinds.Hardware, hall.machines],
    [kinds.Workflow, hall.workflows],
    [kinds.MachineEvent, hall.events],
  ] as const) {
    test(`lists all ${kind.plural} without standing still`, async () => {
      await stallDuring(async () => {
        const { items } = JSON.parse(await get(pathOf(kind)));
        assert.ok(items.length >= count);
      });
    });
    test(`prints all ${kind.plural} as a table without standing still`, async () => {
      await stallDuring(() => get(pathOf(kind), tables));
    });
  }

  test("tells a hundred watchers of every machine, and of a storm of writes, without standing still", async () => {
    const hardware = new ResourceClient(kinds.Hardware, { server: addresses.api, token: addresses.token });
    const { resourceVersion } = await hardware.list({ limit: 1 });
    const over = new AbortController();
    const [writes, writers] = [200, 8];
    await stallDuring(async () => {
      const fromTheStart = Array.from({ length: 5 }, () => seesAll(hardware, hall.machines, over.signal));
      const fromNow = Array.from({ length: 95 }, () => seesChanges(hardware, writes, resourceVersion, over.signal));
      const storm = Array.from({ length: writers }, async (_, writer) => {
        for (let index = writer; index < writes; index += writers)
          await hardware.patch(hardwareOf(index).metadata, { metadata: { labels: { storm: "yes" } } });
      });
      await Promise.all([...storm, ...fromTheStart, ...fromNow]);
    });
    over.abort();
  });

  test("explains a machine without standing still", async () => {
    const selector = `fieldSelector=spec.hardware%3D${machineName(7)}`;
    await stallDuring(async () => {
      const { items } = JSON.parse(await get(`${pathOf(kinds.MachineEvent)}?${selector}`));
      assert.ok(items.length >= hall.events / hall.machines);
    });
  });

  test("is ready again for five seconds of CPU after a restart, with all that it had", async () => {
    await server.stop();
    await start();
    const cpuMs = await server.cpuMs();
    assert.ok(cpuMs < 5_000, `it took ${cpuMs} ms of CPU, ${server.readyMs.toFixed(0)} ms by the clock`);
    const { items } = JSON.parse(await get(pathOf(kinds.Hardware)));
    assert.equal(items.length, hall.machines);
  });
});

type HardwareClient = ResourceClient<typeof kinds.Hardware>;

async function seesAll(client: HardwareClient, count: number, signal: AbortSignal): Promise<void> {
  for await (const event of client.watch({ signal }))
    if (event.type === "synced" && event.items.length === count) return;
}

async function seesChanges(
  client: HardwareClient,
  count: number,
  resourceVersion: string,
  signal: AbortSignal,
): Promise<void> {
  let seen = 0;
  for await (const event of client.watch({ resourceVersion, signal })) {
    if (event.type === "modified") seen += 1;
    if (seen === count) return;
  }
}
