import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { MachineEventInput } from "@neverland/api";
import { type EventLot, EventOutbox } from "./event-outbox.ts";

const event: MachineEventInput = { source: "boots/dhcp", type: "DhcpOffer", message: "offered" };

describe("events on their way to the main thread", () => {
  let posted: EventLot[];
  let outbox: EventOutbox;
  const add = (count: number): void => {
    for (let i = 0; i < count; i++) outbox.add(event);
  };
  const sizes = () => posted.map(({ count, dropped }) => [count, dropped]);

  beforeEach(() => {
    posted = [];
    outbox = new EventOutbox((lot) => posted.push(lot));
  });

  test("go at once after a silence, and then wait for others for 5 ms", () => {
    assert.equal(outbox.due(0), Number.POSITIVE_INFINITY);
    add(1);
    assert.equal(outbox.due(1000), Number.POSITIVE_INFINITY);
    assert.deepEqual(sizes(), [[1, 0]]);
    outbox.taken(1);
    add(2);
    assert.equal(outbox.due(1004), 1);
    add(1);
    assert.equal(outbox.due(1005), Number.POSITIVE_INFINITY);
    assert.deepEqual(sizes(), [
      [1, 0],
      [3, 0],
    ]);
  });

  test("are posted at once when there are many, a part at a time, as they are taken", () => {
    add(600);
    for (const nowMs of [0, 1, 2]) outbox.due(nowMs);
    assert.deepEqual(sizes(), [[256, 0]]);
    outbox.taken(256);
    for (const nowMs of [3, 4]) outbox.due(nowMs);
    assert.equal(outbox.due(5), Number.POSITIVE_INFINITY);
    outbox.taken(256);
    assert.equal(outbox.due(6), 2);
    outbox.due(8);
    assert.deepEqual(sizes(), [
      [256, 0],
      [256, 0],
      [88, 0],
    ]);
  });

  test("are all posted at the end, whatever is under way", () => {
    add(600);
    outbox.due(0);
    outbox.flush();
    assert.deepEqual(sizes(), [
      [256, 0],
      [256, 0],
      [88, 0],
    ]);
  });

  test("are counted and not kept while the other side takes none", () => {
    add(65_536 + 10);
    outbox.due(0);
    add(256);
    assert.deepEqual(sizes(), [[256, 10]]);
    outbox.taken(256);
    outbox.due(50);
    assert.deepEqual(sizes(), [
      [256, 10],
      [256, 256],
    ]);
  });

  test("take with them how often others came again, but of none that is long ago", () => {
    const first = outbox.add(event);
    assert.equal(first, 0);
    assert.equal(outbox.addRepeats(first, 7, 1234), true);
    outbox.due(0);
    assert.deepEqual([sizes(), [...(posted[0]?.repeats ?? [])]], [[[1, 0]], [0, 7, 1234]]);
    outbox.taken(2);
    for (let round = 0; round < 4; round++) {
      add(65_536);
      outbox.flush();
      outbox.taken(65_536);
    }
    assert.equal(outbox.addRepeats(first, 1, 2345), false);
    assert.equal(outbox.addRepeats(undefined, 1, 2345), false);
  });
});
