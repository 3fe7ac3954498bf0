import assert from "node:assert/strict";
import { test } from "node:test";
import { type RunningTransfer, RunningTransfers } from "./running-transfers.ts";

class FakeTransfer implements RunningTransfer {
  lastHeardMs: number;
  ended: string | undefined;
  constructor(lastHeardMs: number) {
    this.lastHeardMs = lastHeardMs;
  }
  giveWay(why: string): void {
    this.ended = why;
  }
}

test("a machine's own quietest transfer gives way to its next, and no other machine's", () => {
  const running = new RunningTransfers<FakeTransfer>({ most: 10, mostOfMachine: 2 });
  const [quiet, busy, other] = [new FakeTransfer(5), new FakeTransfer(9), new FakeTransfer(0)];
  running.add("client 1", "a", quiet);
  running.add("client 2", "a", busy);
  running.add("client 3", "b", other);
  assert.equal(running.makeRoom("a", 10), true);
  assert.deepEqual(
    [quiet.ended, busy.ended, other.ended],
    ["the machine reads too many files at once", undefined, undefined],
  );
  assert.equal(running.get("client 1"), undefined);
});

test("when there is no room, who was silent for long gives way, and nobody who reads", () => {
  const running = new RunningTransfers<FakeTransfer>({ most: 2, mostOfMachine: 2 });
  const [one, two] = [new FakeTransfer(0), new FakeTransfer(1000)];
  running.add("client 1", "a", one);
  running.add("client 2", "b", two);
  assert.equal(running.makeRoom("c", 2999), false);
  assert.equal(running.makeRoom("c", 3000), true);
  assert.deepEqual([one.ended === undefined, two.ended, running.size], [false, undefined, 1]);
});

test("a transfer that was replaced does not take its follower away when it ends", () => {
  const running = new RunningTransfers<FakeTransfer>({ most: 2, mostOfMachine: 2 });
  const [before, after] = [new FakeTransfer(0), new FakeTransfer(0)];
  running.add("client", "a", before);
  running.add("client", "a", after);
  running.delete("client", before);
  assert.equal(running.get("client"), after);
});

test("four thousand machines' transfers leave room for another machine and are told apart by machine", () => {
  const running = new RunningTransfers<FakeTransfer>({ most: 4096, mostOfMachine: 8 });
  for (let at = 0; at < 4095; at += 1) running.add(`client ${at}`, `machine ${at}`, new FakeTransfer(0));
  assert.equal(running.makeRoom("another", 0), true);
  running.add("client 4095", "another", new FakeTransfer(0));
  assert.equal(running.makeRoom("yet another", 0), false);
});
