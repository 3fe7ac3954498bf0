import assert from "node:assert/strict";
import { test } from "node:test";
import { type RunningTransfer, RunningTransfers } from "./running-transfers.ts";

class FakeTransfer implements RunningTransfer {
  lastHeardMs: number;
  beganMs = 0;
  ended: string | undefined;
  constructor(lastHeardMs: number) {
    this.lastHeardMs = lastHeardMs;
  }
  giveWay(why: string): void {
    this.ended = why;
  }
}

const of = (machine: string, address = `address of ${machine}`) => ({ machine, address });

test("a machine's own quietest transfer gives way to its next, and no other machine's", () => {
  const running = new RunningTransfers<FakeTransfer>({ most: 10, mostOfMachine: 2, mostOfAddress: 9 });
  const [quiet, busy, other] = [new FakeTransfer(5), new FakeTransfer(9), new FakeTransfer(0)];
  running.add(1, of("a"), quiet);
  running.add(2, of("a"), busy);
  running.add(3, of("b"), other);
  assert.equal(running.makeRoom(of("a"), 10), true);
  assert.deepEqual(
    [quiet.ended, busy.ended, other.ended],
    ["the machine reads too many files at once", undefined, undefined],
  );
  assert.equal(running.get(1), undefined);
});

test("when there is no room, who was silent for long gives way, and nobody who reads", () => {
  const running = new RunningTransfers<FakeTransfer>({ most: 2, mostOfMachine: 2, mostOfAddress: 9 });
  const [one, two] = [new FakeTransfer(0), new FakeTransfer(1000)];
  running.add(1, of("a"), one);
  running.add(2, of("b"), two);
  assert.equal(running.makeRoom(of("c"), 2999), false);
  assert.equal(running.makeRoom(of("c"), 3000), true);
  assert.deepEqual([one.ended === undefined, two.ended, running.size], [false, undefined, 1]);
});

test("an address that asks in ever so many machines' names loses its own quietest, and takes no other's room", () => {
  const running = new RunningTransfers<FakeTransfer>({ most: 10, mostOfMachine: 2, mostOfAddress: 3 });
  const transfers = [5, 4, 3].map((lastHeardMs) => new FakeTransfer(lastHeardMs));
  for (const [n, transfer] of transfers.entries()) running.add(n, of(`m${n}`, "192.0.2.66"), transfer);
  assert.equal(running.makeRoom(of("m9", "192.0.2.66"), 10), true);
  assert.deepEqual(
    transfers.map(({ ended }) => ended),
    [undefined, undefined, "its address reads too many files at once"],
  );
});

test("when all are heard now and then, and go on for ever, the oldest gives way", () => {
  const running = new RunningTransfers<FakeTransfer>({ most: 2, mostOfMachine: 2, mostOfAddress: 9 });
  const [one, two] = [new FakeTransfer(119_000), new FakeTransfer(118_000)];
  two.beganMs = 1000;
  running.add(1, of("a"), one);
  running.add(2, of("b"), two);
  assert.equal(running.makeRoom(of("c"), 119_999), false);
  assert.equal(running.makeRoom(of("c"), 120_000), true);
  assert.deepEqual([one.ended, two.ended], ["it took very long, and others waited", undefined]);
});

test("a transfer that was replaced does not take its follower away when it ends", () => {
  const running = new RunningTransfers<FakeTransfer>({ most: 2, mostOfMachine: 2, mostOfAddress: 9 });
  const [before, after] = [new FakeTransfer(0), new FakeTransfer(0)];
  running.add(7, of("a"), before);
  running.add(7, of("a"), after);
  running.delete(7, before);
  assert.equal(running.get(7), after);
});

test("four thousand machines' transfers leave room for another machine and are told apart by machine", () => {
  const running = new RunningTransfers<FakeTransfer>({ most: 4096, mostOfMachine: 8, mostOfAddress: 256 });
  for (let at = 0; at < 4095; at += 1) running.add(at, of(`machine ${at}`), new FakeTransfer(0));
  assert.equal(running.makeRoom(of("another"), 0), true);
  running.add(4095, of("another"), new FakeTransfer(0));
  assert.equal(running.makeRoom(of("yet another"), 0), false);
});
