import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { TimerHeap } from "@neverland/platform/time/timer-heap.ts";
import { Asking } from "./asking.ts";
import type { BootError } from "./boot-error.ts";
import { FirmwareRead, ReadPort } from "./firmware-read.ts";
import { paperFile } from "./paper-file.ts";

const expected = paperFile(2000);
const options = Buffer.from("\0\x06tsize\x002000\0blksize\x001468\0", "latin1");
const data = (block: number, bytes: Uint8Array) => Buffer.concat([Buffer.of(0, 3, 0, block), bytes]);
const [first, second] = [data(1, expected.subarray(0, 1468)), data(2, expected.subarray(1468))];
const acknowledgement = (block: number) => `${ReadPort.blocks} to 1069: 0004000${block}`;

describe("firmware that reads a file", () => {
  let sent: string[];
  let repeats: number;
  let outcome: BootError | "done" | undefined;
  let read: FirmwareRead;

  beforeEach(() => {
    [sent, repeats, outcome] = [[], 0, undefined];
    const repeated = () => {
      repeats += 1;
    };
    const over = (result: BootError | "done") => {
      outcome = result;
    };
    read = new FirmwareRead({
      file: "snponly.efi",
      expected,
      asking: new Asking({ clock: new TimerHeap(() => 0), repeated, silent: over }),
      send: (port, packet, to) => sent.push(`${port} to ${to}: ${Buffer.from(packet).toString("hex")}`),
      done: () => over("done"),
      failed: over,
    });
    read.begin();
  });

  const size = (packet: Buffer) => read.take(ReadPort.size, packet, 1069);
  const blocks = (...packets: readonly Buffer[]) => {
    size(options);
    for (const packet of [options, ...packets]) read.take(ReadPort.blocks, packet, 1069);
  };

  test("asks how long it is, breaks off, and asks from another port", () => {
    size(options);
    const request = Buffer.from("\0\x01snponly.efi\0octet\0tsize\x000\0blksize\x001468\0", "latin1").toString("hex");
    const abort = Buffer.from("\0\x05\0\x08user aborted\0", "latin1").toString("hex");
    assert.deepEqual(sent, [
      `${ReadPort.size} to 69: ${request}`,
      `${ReadPort.size} to 1069: ${abort}`,
      `${ReadPort.blocks} to 69: ${request}`,
    ]);
  });

  test("acknowledges its options and each block, and is done with the last", () => {
    blocks(first, second);
    assert.deepEqual(sent.slice(3), [0, 1, 2].map(acknowledgement));
    assert.deepEqual([outcome, repeats], ["done", 0]);
  });

  test("acknowledges a block that comes again, without waiting for its own time", () => {
    blocks(first, first);
    assert.deepEqual([sent.slice(3), repeats], [[0, 1, 1].map(acknowledgement), 1]);
  });

  test("hears nothing on the port that it has closed", () => {
    blocks(first);
    size(options);
    assert.deepEqual([sent.length, repeats], [5, 0]);
  });

  test("takes no block with other bytes", () => {
    blocks(first, data(2, Buffer.alloc(532)));
    assert.match(String(outcome), /a block of the TFTP file has other bytes/);
  });

  test("takes no block that is cut", () => {
    blocks(first, second.subarray(0, 500));
    assert.match(String(outcome), /a block of the TFTP file has other bytes/);
  });

  test("takes an error for final", () => {
    blocks(Buffer.from("\0\x05\0\x01no such file\0", "latin1"));
    assert.match(String(outcome), /TFTP error: no such file/);
  });
});
