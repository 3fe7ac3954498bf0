// Against a server that plays each packet by hand, on loopback.
import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { paperFile } from "./paper-file.ts";
import { readByTftp } from "./read-by-tftp.ts";

const expected = paperFile(2000);
const options = Buffer.from("\0\x06tsize\x002000\0blksize\x001468\0", "latin1");
const data = (block: number, bytes: Uint8Array) => Buffer.concat([Buffer.of(0, 3, 0, block), bytes]);
const blocks = [expected.subarray(0, 1468), expected.subarray(1468)];

describe("firmware that reads a file", () => {
  let server: Socket;
  let acknowledged: number[];
  let repeats: number;
  /** By the acknowledged block: what is sent for it the first time, and the next. */
  let answers: Map<number, Buffer[]>;

  beforeEach(async () => {
    // Its own patience never ends here: whatever it sends, it sends because something came.
    mock.timers.enable({ apis: ["setTimeout"] });
    [acknowledged, repeats] = [[], 0];
    answers = new Map([
      [0, [data(1, blocks[0] ?? Buffer.of())]],
      [1, [data(2, blocks[1] ?? Buffer.of())]],
    ]);
    server = createSocket("udp4");
    server.bind(0, "127.0.0.1");
    await once(server, "listening");
    server.on("message", (packet, peer) => {
      const opcode = packet.readUInt16BE(0);
      if (opcode === 1) server.send(options, peer.port, peer.address);
      if (opcode !== 4) return;
      const block = packet.readUInt16BE(2);
      acknowledged.push(block);
      const answer = answers.get(block)?.shift();
      if (answer !== undefined) server.send(answer, peer.port, peer.address);
    });
  });
  afterEach(() => {
    server.close();
    mock.timers.reset();
  });

  const read = () =>
    readByTftp(
      {
        address: "127.0.0.1",
        server: "127.0.0.1",
        port: server.address().port,
        file: "snponly.efi",
        expected,
        repeated: () => {
          repeats += 1;
        },
      },
      AbortSignal.timeout(20_000),
    );

  test("acknowledges its options and each block", async () => {
    await read();
    assert.deepEqual(acknowledged.slice(0, 2), [0, 1]);
    assert.equal(repeats, 0);
  });

  test("acknowledges a block that comes again, without waiting for its own time", async () => {
    answers.set(1, [data(1, blocks[0] ?? Buffer.of()), data(2, blocks[1] ?? Buffer.of())]);
    await read();
    assert.deepEqual([acknowledged.slice(0, 3), repeats], [[0, 1, 1], 1]);
  });

  test("takes no block with other bytes", async () => {
    answers.set(1, [data(2, Buffer.alloc(532))]);
    await assert.rejects(read(), { code: "wrong", message: "a block of the TFTP file has other bytes" });
  });

  test("takes an error for final", async () => {
    answers.set(0, [Buffer.from("\0\x05\0\x01no such file\0", "latin1")]);
    await assert.rejects(read(), { code: "refused", message: "TFTP error: no such file" });
  });
});
