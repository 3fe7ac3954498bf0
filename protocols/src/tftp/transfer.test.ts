// Transfers over a simulated link: terms, windows, loss, repeats, block numbers past 65535, and the end.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { negotiate } from "./negotiation.ts";
import { newTransfer, stepTransfer, type TransferEvent, type TransferStep } from "./transfer.ts";

const limits = { blockSizeBytes: 1468, packetBlockBytes: 1468, windowBlocks: 16 };
const begin = (sizeBytes: number, asked: Record<string, string> = {}) =>
  stepTransfer(
    newTransfer(sizeBytes, negotiate(new Map(Object.entries(asked)), sizeBytes, limits)),
    { kind: "start" },
    0,
  );
const blocks = ({ send }: TransferStep): (number | string)[] => {
  if (send?.op !== "data") return send === undefined ? [] : [send.op];
  return Array.from({ length: send.last - send.first + 1 }, (_, at) => send.first + at);
};
const ack = (block: number): TransferEvent => ({ kind: "ack", block });
const wake: TransferEvent = { kind: "wake" };

test("grants what it can of each option and answers the size", () => {
  const asked = new Map(
    Object.entries({ blksize: "65464", tsize: "0", timeout: "3", windowsize: "99", multicast: "" }),
  );
  const terms = negotiate(asked, 1234, limits);
  assert.deepEqual([terms.blockSizeBytes, terms.windowBlocks], [1468, 16]);
  assert.deepEqual(Object.fromEntries(terms.granted), {
    blksize: "1468",
    tsize: "1234",
    windowsize: "16",
  });
});

test("grants blocks that travel as fragments where they save acknowledgements, and none in long windows", () => {
  const wide = { blockSizeBytes: 8192, packetBlockBytes: 1468, windowBlocks: 64 };
  const blockSize = (blksize: string, windowsize: string) =>
    negotiate(new Map(Object.entries({ blksize, windowsize })), 1, wide).blockSizeBytes;
  assert.deepEqual(
    [blockSize("8192", "1"), blockSize("8192", "16"), blockSize("8192", "64"), blockSize("1024", "64")],
    [8192, 8192, 1468, 1024],
  );
});

test("grants its most to who asks for more than there can be", () => {
  for (const [blksize, windowsize] of [
    ["65535", "65536"],
    ["99999999999", " +99999999999"],
  ] as const) {
    const { granted } = negotiate(new Map(Object.entries({ blksize, windowsize })), 1, limits);
    assert.deepEqual(Object.fromEntries(granted), { blksize: "1468", windowsize: "16" });
  }
});

test("leaves out options whose values make no sense, and the timeout, which is measured", () => {
  const asked = new Map(Object.entries({ blksize: "7", timeout: "3", windowsize: "-1" }));
  assert.equal(negotiate(asked, 1, limits).granted.size, 0);
});

test("without options, the first block answers the request", () => {
  const step = begin(600);
  assert.deepEqual(step.send, { op: "data", first: 1, last: 1 });
  assert.equal(step.wakeAtMs, 200);
});

test("with options, the first block waits for the acknowledgement of the OACK", () => {
  const opened = begin(600, { blksize: "512" });
  assert.deepEqual(blocks(opened), ["oack"]);
  assert.deepEqual(blocks(stepTransfer(opened.state, ack(0), 1)), [1]);
  assert.deepEqual(blocks(stepTransfer(opened.state, ack(1), 1)), []);
});

test("a file that fills its last block ends with an empty one; an empty file is one empty block", () => {
  const first = begin(512);
  const second = stepTransfer(first.state, ack(1), 1);
  assert.deepEqual(blocks(second), [2]);
  assert.deepEqual(stepTransfer(second.state, ack(2), 2).state.outcome, { result: "complete" });
  assert.deepEqual(blocks(begin(0)), [1]);
});

test("a repeated acknowledgement is not answered (sorcerer's apprentice), and does not put off the timer", () => {
  const second = stepTransfer(begin(5000).state, ack(1), 100);
  // The first answer took 100 ms, so the next is awaited for 300.
  const repeated = stepTransfer(second.state, ack(1), 350);
  assert.deepEqual(blocks(repeated), []);
  assert.equal(repeated.wakeAtMs, 400);
  assert.deepEqual(blocks(stepTransfer(repeated.state, wake, 400)), [2]);
});

test("each loss doubles the time, and only an answer to what was sent once measures it anew", () => {
  let step = stepTransfer(begin(5000).state, ack(1), 20);
  const waits: number[] = [];
  for (let nowMs = 20; waits.length < 4; ) {
    const wakeAtMs = step.wakeAtMs ?? 0;
    waits.push(wakeAtMs - nowMs);
    nowMs = wakeAtMs;
    step = stepTransfer(step.state, wake, nowMs);
  }
  assert.deepEqual(waits, [100, 200, 400, 800]);
  // It may have been the answer to any of them.
  const late = stepTransfer(step.state, ack(2), 2000);
  assert.equal(late.wakeAtMs, 2000 + 1600);
  assert.equal(stepTransfer(late.state, ack(3), 2020).wakeAtMs, 2020 + 100);
});

const windowOf4 = (nowMs: number) => stepTransfer(begin(100_000, { windowsize: "4" }).state, ack(0), nowMs);

test("a window is sent whole, and again from the gap when one of it was lost", () => {
  const window = windowOf4(1);
  assert.deepEqual(blocks(window), [1, 2, 3, 4]);
  assert.deepEqual(blocks(stepTransfer(window.state, ack(2), 2)), [3, 4, 5, 6]);
});

test("when a window's first block was lost it is sent again after two round trips, once", () => {
  const again = stepTransfer(windowOf4(10).state, ack(0), 12);
  assert.deepEqual([blocks(again), again.wakeAtMs], [[], 12 + 20]);
  const resent = stepTransfer(again.state, wake, 32);
  assert.deepEqual([blocks(resent), resent.state.retries], [[1, 2, 3, 4], 0]);
  assert.equal(stepTransfer(resent.state, ack(0), 33).wakeAtMs, resent.wakeAtMs);
});

test("a window to which nobody says anything is sent again, the second time with the block after it", () => {
  const once = stepTransfer(windowOf4(10).state, wake, 200);
  assert.deepEqual(blocks(once), [1, 2, 3, 4]);
  const twice = stepTransfer(once.state, wake, 600);
  assert.deepEqual(blocks(twice), [1, 2, 3, 4, 5]);
  assert.deepEqual(blocks(stepTransfer(twice.state, ack(5), 601)), [6, 7, 8, 9]);
  assert.deepEqual(blocks(stepTransfer(twice.state, ack(4), 601)), [5, 6, 7, 8]);
});

test("acknowledgements that were doubled make it send nothing twice", () => {
  const again = stepTransfer(windowOf4(10).state, ack(0), 12);
  const next = stepTransfer(again.state, ack(4), 15);
  assert.deepEqual(blocks(next), [5, 6, 7, 8]);
  // The time in which the window before it would have been sent again is over.
  assert.equal(next.wakeAtMs, 15 + 100);
});

test("of gaps that are told one after another the first is answered at once, the others once in two round trips", () => {
  let step = stepTransfer(windowOf4(10).state, ack(1), 20);
  assert.deepEqual(blocks(step), [2, 3, 4, 5]);
  for (const [block, atMs] of [
    [2, 21],
    [3, 22],
  ] as const) {
    step = stepTransfer(step.state, ack(block), atMs);
    assert.deepEqual(blocks(step), []);
  }
  assert.equal(step.wakeAtMs, 21 + 20);
  assert.deepEqual(blocks(stepTransfer(step.state, wake, 41)), [4, 5, 6, 7]);
  assert.deepEqual(blocks(stepTransfer(step.state, ack(5), 30)), [6, 7, 8, 9]);
});

test("what could not be had at once is sent when it is there, and its answer is measured from then", () => {
  const window = stepTransfer(begin(100_000, { windowsize: "4" }).state, ack(0), 10);
  const ready = stepTransfer(window.state, { kind: "ready" }, 5000);
  assert.deepEqual([blocks(ready), ready.state.retries], [[1, 2, 3, 4], 0]);
  const next = stepTransfer(ready.state, ack(4), 5010);
  assert.equal(next.wakeAtMs, 5010 + 100);
});

test("acknowledgements of blocks never sent are ignored", () => {
  const window = stepTransfer(begin(100_000, { windowsize: "4" }).state, ack(0), 0);
  assert.deepEqual(blocks(stepTransfer(window.state, ack(5), 1)), []);
  assert.deepEqual(blocks(stepTransfer(window.state, ack(65_535), 1)), []);
});

test("silence is answered by five repeats and then an error", () => {
  let step = begin(5000, { blksize: "512" });
  const wakes: (number | undefined)[] = [];
  for (let i = 0; i < 5; i++) {
    step = stepTransfer(step.state, wake, step.wakeAtMs ?? 0);
    assert.deepEqual(blocks(step), ["oack"]);
    wakes.push(step.wakeAtMs);
  }
  assert.deepEqual(wakes, [600, 1400, 3000, 6200, 10_200]);
  const end = stepTransfer(step.state, wake, 10_200);
  assert.deepEqual(blocks(end), ["error"]);
  assert.deepEqual(end.state.outcome, { result: "timed-out", ackedBlocks: 0 });
  assert.equal(end.wakeAtMs, undefined);
});

test("the client's error ends the transfer without an answer, and nothing revives it", () => {
  const end = stepTransfer(begin(5000).state, { kind: "client-error", code: 8, message: "User aborted" }, 1);
  assert.deepEqual(blocks(end), []);
  assert.deepEqual(end.state.outcome, { result: "aborted", message: "error 8 User aborted" });
  assert.deepEqual(blocks(stepTransfer(end.state, ack(1), 2)), []);
});

test("block numbers go on past 65535 and mean what they mean", () => {
  const sizeBytes = 8 * 200_000 + 3;
  const received = readAll(sizeBytes, { blksize: "8", windowsize: "16" }, () => false);
  assert.deepEqual(received, { result: "complete", blocks: 200_001, bytes: sizeBytes });
});

test("whatever is lost or doubled, a transfer ends: complete in order, or timed out", () => {
  const link = fc.record({
    sizeBytes: fc.nat(40_000),
    window: fc.integer({ min: 1, max: 16 }),
    losses: fc.array(fc.nat(7), { maxLength: 200 }),
  });
  fc.assert(
    fc.property(link, ({ sizeBytes, window, losses }) => {
      let at = 0;
      const lost = () => losses[at++] === 0;
      const received = readAll(sizeBytes, { blksize: "512", windowsize: String(window) }, lost);
      assert.ok(received.result === "timed-out" || received.bytes === sizeBytes, JSON.stringify(received));
    }),
  );
});

interface Received {
  readonly result: string;
  readonly blocks: number;
  readonly bytes: number;
}

/** A reader that follows RFC 7440: acknowledges full windows, and the last block in order when it sees a gap. */
function readAll(sizeBytes: number, asked: Record<string, string>, lost: () => boolean): Received {
  let step = begin(sizeBytes, asked);
  const { blockSizeBytes } = step.state.terms;
  let [blocksRead, bytes, nowMs, steps] = [0, 0, 0, 0];
  while (step.state.outcome === undefined) {
    assert.ok(steps++ < 300_000, "the transfer does not end");
    let answer: number | undefined;
    for (const sent of blocks(step)) {
      if (lost()) continue;
      if (sent === "oack") answer = 0;
      else if (typeof sent === "number") {
        const inOrder = (sent & 0xffff) === ((blocksRead + 1) & 0xffff);
        if (inOrder) {
          blocksRead += 1;
          bytes += Math.min(blockSizeBytes, sizeBytes - (sent - 1) * blockSizeBytes);
        }
        answer = blocksRead;
      }
    }
    const answered = answer !== undefined && !lost();
    if (!answered) nowMs = step.wakeAtMs ?? nowMs;
    step = stepTransfer(step.state, answered ? ack((answer ?? 0) & 0xffff) : wake, nowMs);
  }
  return { result: step.state.outcome.result, blocks: blocksRead, bytes };
}
