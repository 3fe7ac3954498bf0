import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { attributesAnnotation, type Hardware, kinds } from "@neverland/api";
import { AgentAttributesSchema } from "@neverland/api/workflow";
import { ManualClock } from "@neverland/platform/testing/manual-clock.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { AgentInventories } from "./agent-inventories.ts";

const key = { namespace: "default", name: "machine" };

class Rig {
  readonly clock = new ManualClock(Date.parse("2026-05-01T12:00:00Z"));
  readonly errors: string[] = [];
  readonly written: string[] = [];
  readonly events: string[] = [];
  /** Happens between a read of the Hardware and the write that follows from it. */
  meanwhile: () => Promise<unknown> = async () => {};
  readonly hardware = typedStore(openMemoryStore(), kinds.Hardware);
  readonly inventories: AgentInventories;

  constructor() {
    const update = async (resource: Parameters<typeof this.hardware.update>[0]): Promise<Hardware> => {
      await this.meanwhile();
      const next = await this.hardware.update(resource);
      this.written.push(next.metadata.annotations?.[attributesAnnotation] ?? "");
      return next;
    };
    const onError = ({ error }: { error: unknown }) => void this.errors.push(String(error));
    this.inventories = new AgentInventories({
      clock: this.clock,
      hardware: { get: (of) => this.hardware.get(of), update },
      record: ({ type, reason, message }) => void this.events.push(`${type} ${reason}: ${message}`),
      onError,
    });
  }

  async offer(totalCores: number): Promise<void> {
    await this.inventories.offer("default/machine", create(AgentAttributesSchema, { cpu: { totalCores } }));
  }
}

async function setUp(): Promise<Rig> {
  const rig = new Rig();
  await rig.hardware.create({ metadata: key, spec: {} });
  return rig;
}

test("of ever other inventories one a minute is written, and the last one stays", async () => {
  const rig = await setUp();
  for (let cores = 1; cores <= 130; cores += 1) {
    await rig.offer(cores);
    rig.clock.advance(1000);
  }
  assert.deepEqual(
    rig.written.map((text) => JSON.parse(text).cpu.totalCores),
    [1, 61, 121],
  );
  rig.clock.advance(60_000);
  await rig.offer(130);
  assert.equal(JSON.parse(rig.written.at(-1) ?? "").cpu.totalCores, 130);
});

test("the same inventory is written once, and a clock that is set back does not keep the next one out", async () => {
  const rig = await setUp();
  for (let times = 0; times < 3; times += 1) {
    await rig.offer(4);
    rig.clock.advance(61_000);
  }
  assert.equal(rig.written.length, 1);
  rig.clock.setForward(-86_400_000);
  await rig.offer(8);
  assert.equal(rig.written.length, 2);
});

test("where others wrote the Hardware meanwhile it is read again, and both are kept", async () => {
  const rig = await setUp();
  rig.meanwhile = async () => {
    rig.meanwhile = async () => {};
    const machine = await rig.hardware.get(key);
    assert.ok(machine);
    await rig.hardware.update({ ...machine, spec: { agentID: "other" } });
  };
  await rig.offer(4);
  const machine = await rig.hardware.get(key);
  assert.deepEqual([machine?.spec?.agentID, rig.written.length, rig.errors], ["other", 1, []]);
});

test("one that is too long for the Hardware is not kept, and that is said", async () => {
  const rig = await setUp();
  await rig.offer(4);
  rig.clock.advance(61_000);
  const block = Array.from({ length: 100 }, () => ({ name: "x".repeat(1024) }));
  await rig.inventories.offer("default/machine", create(AgentAttributesSchema, { block }));
  assert.equal(rig.written.length, 1);
  assert.match(
    rig.events.join(),
    /^ReportIgnored InventoryTooLong: .* default\/machine found in it takes 10\d{4} bytes/,
  );
});
