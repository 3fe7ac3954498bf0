import assert from "node:assert/strict";
import { test } from "node:test";
import { type SlotHolder, type TransferLimits, type TransferOwner, TransferSlots } from "./transfer-slots.ts";

class FakeReader implements SlotHolder {
  readonly owner: TransferOwner;
  sinceMs = 0;
  lastHeardMs: number;
  ended: string | undefined;
  constructor(machine: string, lastHeardMs = 0, address = `address of ${machine}`) {
    this.owner = { machine, address, isItsAddress: address === `address of ${machine}` };
    this.lastHeardMs = lastHeardMs;
  }
  giveWay(why: string): void {
    this.ended = why;
  }
}

function slotsOf(limits: Partial<TransferLimits>): TransferSlots<FakeReader> {
  return new TransferSlots({ most: 10, mostWaiting: 10, mostOfMachine: 2, mostOfAddress: 9, ...limits });
}

test("a machine's own quietest read gives way to its next, and no other machine's", () => {
  const slots = slotsOf({});
  const [quiet, busy, other] = [new FakeReader("a", 5), new FakeReader("a", 9), new FakeReader("b", 0)];
  for (const [client, reader] of [quiet, busy, other].entries()) slots.enter(client, reader, 9);
  assert.equal(slots.enter(7, new FakeReader("a", 10), 10), "reads");
  assert.deepEqual(
    [quiet.ended, busy.ended, other.ended],
    ["the machine reads too many files at once", undefined, undefined],
  );
  assert.equal(slots.get(0), undefined);
});

test("a read from its machine's address gives way to none that others begin in its name, unless it is silent", () => {
  const slots = slotsOf({});
  const own = new FakeReader("a", 0);
  const others = [1, 2, 3].map((at) => new FakeReader("a", at, `elsewhere ${at}`));
  for (const [client, reader] of [own, ...others].entries()) slots.enter(client, reader, 3);
  assert.deepEqual(
    [own, ...others].map(({ ended }) => ended !== undefined),
    [false, true, true, false],
  );
  // Its own next is more than that of others; one more of theirs finds no place.
  assert.equal(slots.enter(4, new FakeReader("a", 4), 4), "reads");
  assert.equal(others[2]?.ended, "the machine reads too many files at once");
  assert.equal(slots.enter(5, new FakeReader("a", 5, "elsewhere"), 2999), "too many of its machine");
  assert.equal(slots.enter(5, new FakeReader("a", 5, "elsewhere"), 3000), "reads");
  assert.equal(own.ended, "the machine reads too many files at once");
});

test("who finds no slot waits in line, and is admitted in the order they came when one is free", () => {
  const slots = slotsOf({ most: 1 });
  const [first, second, third] = [new FakeReader("a"), new FakeReader("b"), new FakeReader("c")];
  assert.deepEqual(
    [first, second, third].map((reader, client) => slots.enter(client, reader, 0)),
    ["reads", "waits", "waits"],
  );
  assert.equal(slots.admit(0), undefined);
  slots.leave(0);
  // A slot is free; whoever comes now must not overtake those who wait.
  assert.equal(slots.enter(4, new FakeReader("d"), 0), "waits");
  assert.equal(slots.admit(0), second);
  assert.equal(slots.admit(0), undefined);
  assert.equal(slots.get(2), third);
});

test("while others wait, who was silent for long gives way, and nobody who reads", () => {
  const slots = slotsOf({ most: 2 });
  const [one, two, waits] = [new FakeReader("a", 0), new FakeReader("b", 0), new FakeReader("c")];
  for (const [client, reader] of [one, two, waits].entries()) slots.enter(client, reader, 0);
  one.lastHeardMs = 1000;
  slots.heard(0);
  assert.equal(slots.admit(2999), undefined);
  assert.equal(slots.admit(3000), waits);
  assert.deepEqual([one.ended, two.ended], [undefined, "its client was silent, and others waited"]);
});

test("a place in the line ends after half a minute", () => {
  const slots = slotsOf({ most: 1 });
  const waits = new FakeReader("b");
  slots.enter(1, new FakeReader("a"), 0);
  slots.enter(2, waits, 0);
  assert.equal(slots.dismiss(29_999), undefined);
  assert.equal(slots.dismiss(30_000), waits);
  assert.deepEqual([slots.dismiss(30_000), slots.isLine, slots.get(2)], [undefined, false, undefined]);
});

test("the line is bounded, over all and of each machine", () => {
  const slots = slotsOf({ most: 1, mostWaiting: 3 });
  const waiting = ["b", "b", "b", "c", "d"].map((machine) => new FakeReader(machine));
  assert.deepEqual(
    [new FakeReader("a"), ...waiting].map((reader, client) => slots.enter(client, reader, 0)),
    ["reads", "waits", "waits", "waits", "waits", "too many"],
  );
  assert.deepEqual(
    waiting.map(({ ended }) => ended),
    ["the machine reads too many files at once", undefined, undefined, undefined, undefined],
  );
});

test("an address that asks in ever so many machines' names has no more, and takes no room from who reads behind it", () => {
  const slots = slotsOf({ mostOfAddress: 3 });
  const readers = [5, 4, 3].map((lastHeardMs, n) => new FakeReader(`m${n}`, lastHeardMs, "192.0.2.66"));
  for (const [client, reader] of readers.entries()) slots.enter(client, reader, 5);
  assert.equal(slots.enter(9, new FakeReader("m9", 6, "192.0.2.66"), 3002), "too many of its address");
  assert.equal(slots.enter(9, new FakeReader("m9", 6, "192.0.2.66"), 3003), "reads");
  assert.deepEqual(
    readers.map(({ ended }) => ended),
    [undefined, undefined, "its address reads too many files at once"],
  );
});

test("when all are heard now and then, and go on for ever, the oldest gives way", () => {
  const slots = slotsOf({ most: 2 });
  const [one, two] = [new FakeReader("a", 119_000), new FakeReader("b", 118_000)];
  two.sinceMs = 1000;
  for (const [client, reader] of [one, two, new FakeReader("c")].entries()) slots.enter(client, reader, 0);
  assert.equal(slots.admit(119_999), undefined);
  assert.notEqual(slots.admit(120_000), undefined);
  assert.deepEqual([one.ended, two.ended], ["it took very long, and others waited", undefined]);
});

test("a read that was replaced does not take its follower away when it ends", () => {
  const slots = slotsOf({});
  const [before, after] = [new FakeReader("a"), new FakeReader("a")];
  slots.enter(7, before, 0);
  slots.enter(7, after, 0);
  slots.leave(7, before);
  assert.equal(slots.get(7), after);
  slots.leave(7);
  assert.equal(slots.isEmpty, true);
});

test("ten thousand that read and ten thousand that wait are let in and out at a cost that does not grow", () => {
  const takes = (count: number): number => {
    const slots = slotsOf({ most: count, mostWaiting: count });
    const began = process.cpuUsage().user;
    for (let client = 0; client < 2 * count; client += 1) slots.enter(client, new FakeReader(`m${client}`), 0);
    for (let client = 0; client < count; client += 1) {
      slots.heard(client);
      assert.equal(slots.admit(0), undefined);
      slots.leave(client);
      assert.notEqual(slots.admit(0), undefined);
    }
    assert.equal(slots.isLine, false);
    return (process.cpuUsage().user - began) / count;
  };
  takes(1000);
  const [few, many] = [takes(1000), takes(10_000)];
  assert.ok(many < 8 * few + 20, `${few} and ${many} us each`);
});
