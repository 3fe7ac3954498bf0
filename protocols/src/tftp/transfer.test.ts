// Transfers over a simulated link: terms, windows, loss, repeats, block numbers past 65535, and the end.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { negotiate } from "./negotiation.ts";
import { newTransfer, stepTransfer, type TransferEvent, type TransferStep } from "./transfer.ts";

const limits = { blockSizeBytes: 1468, windowBlocks: 16 };
const begin = (sizeBytes: number, asked: Record<string, string> = {}) =>
  stepTransfer(
    newTransfer(sizeBytes, negotiate(new Map(Object.entries(asked)), sizeBytes, limits)),
    { kind: "start" },
    0,
  );
const blocks = (step: TransferStep) => step.send.map((sent) => (sent.op === "data" ? sent.block : sent.op));
const ack = (block: number): TransferEvent => ({ kind: "ack", block });
const wake: TransferEvent = { kind: "wake" };

test("grants what it can of each option and answers the size", () => {
  const asked = new Map(
    Object.entries({ blksize: "65464", tsize: "0", timeout: "3", windowsize: "99", multicast: "" }),
  );
  const terms = negotiate(asked, 1234, limits);
  assert.deepEqual([terms.blockSizeBytes, terms.windowBlocks, terms.timeoutMs], [1468, 16, 3000]);
  assert.deepEqual(Object.fromEntries(terms.granted), {
    blksize: "1468",
    tsize: "1234",
    timeout: "3",
    windowsize: "16",
  });
});

test("leaves out options whose values make no sense", () => {
  const asked = new Map(Object.entries({ blksize: "7", timeout: "0", windowsize: "-1" }));
  assert.equal(negotiate(asked, 1, limits).granted.size, 0);
});

test("without options, the first block answers the request", () => {
  const step = begin(600);
  assert.deepEqual(step.send, [{ op: "data", block: 1, offsetBytes: 0, lengthBytes: 512 }]);
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
  assert.deepEqual(second.send, [{ op: "data", block: 2, offsetBytes: 512, lengthBytes: 0 }]);
  assert.deepEqual(stepTransfer(second.state, ack(2), 2).state.outcome, { result: "complete" });
  assert.deepEqual(begin(0).send, [{ op: "data", block: 1, offsetBytes: 0, lengthBytes: 0 }]);
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

test("a window is sent whole, and again from the gap when one of it was lost", () => {
  const window = stepTransfer(begin(100_000, { windowsize: "4" }).state, ack(0), 0);
  assert.deepEqual(blocks(window), [1, 2, 3, 4]);
  const afterGap = stepTransfer(window.state, ack(2), 1);
  assert.deepEqual(blocks(afterGap), [3, 4, 5, 6]);
  const firstLost = stepTransfer(afterGap.state, ack(2), 2);
  assert.deepEqual(blocks(firstLost), [3, 4, 5, 6]);
  assert.deepEqual(blocks(stepTransfer(firstLost.state, ack(2), 3)), []);
});

test("acknowledgements of blocks never sent are ignored", () => {
  const window = stepTransfer(begin(100_000, { windowsize: "4" }).state, ack(0), 0);
  assert.deepEqual(blocks(stepTransfer(window.state, ack(5), 1)), []);
  assert.deepEqual(blocks(stepTransfer(window.state, ack(65_535), 1)), []);
});

test("silence is answered by five repeats and then an error", () => {
  let step = begin(5000, { timeout: "2" });
  const wakes: (number | undefined)[] = [];
  for (let i = 0; i < 5; i++) {
    step = stepTransfer(step.state, wake, step.wakeAtMs ?? 0);
    assert.deepEqual(blocks(step), ["oack"]);
    wakes.push(step.wakeAtMs);
  }
  assert.deepEqual(wakes, [4000, 6000, 8000, 10_000, 12_000]);
  const end = stepTransfer(step.state, wake, 12_000);
  assert.deepEqual(blocks(end), ["error"]);
  assert.deepEqual(end.state.outcome, { result: "timed-out", ackedBlocks: 0 });
  assert.equal(end.wakeAtMs, undefined);
});

test("the client's error ends the transfer without an answer, and nothing revives it", () => {
  const end = stepTransfer(begin(5000).state, { kind: "client-error", code: 8, message: "User aborted" }, 1);
  assert.deepEqual(end.send, []);
  assert.deepEqual(end.state.outcome, { result: "aborted", message: "error 8 User aborted" });
  assert.deepEqual(stepTransfer(end.state, ack(1), 2).send, []);
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
  let [blocksRead, bytes, nowMs, steps] = [0, 0, 0, 0];
  while (step.state.outcome === undefined) {
    assert.ok(steps++ < 300_000, "the transfer does not end");
    let answer: number | undefined;
    for (const sent of step.send) {
      if (lost()) continue;
      if (sent.op === "oack") answer = 0;
      else if (sent.op === "data") {
        const inOrder = (sent.block & 0xffff) === ((blocksRead + 1) & 0xffff);
        if (inOrder) {
          blocksRead += 1;
          bytes += sent.lengthBytes;
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
