// A file by TFTP as UEFI's firmware reads it: first it asks how long it is and breaks off, then it reads it block by block.
import type { Asking } from "./asking.ts";
import { BootError } from "./boot-error.ts";

/** From which of its ports a machine speaks: it asks for the size from one, and reads from another. */
export const ReadPort = { size: 0, blocks: 1 } as const;
export type ReadPort = (typeof ReadPort)[keyof typeof ReadPort];

export interface FirmwareReadDeps {
  readonly file: string;
  readonly expected: Buffer;
  readonly asking: Asking;
  readonly send: (port: ReadPort, packet: Uint8Array, serverPort: number) => void;
  readonly done: () => void;
  readonly failed: (error: BootError) => void;
}

const tftpPort = 69;
const blockBytes = 1468;
const Opcode = { data: 3, ack: 4, error: 5, options: 6 } as const;
const aborted = Buffer.from("\0\x05\0\x08user aborted\0", "latin1");

export class FirmwareRead {
  readonly #deps: FirmwareReadDeps;
  readonly #blocks: number;
  #port: ReadPort = ReadPort.size;
  /** That it waits for; 0: its options. */
  #block = 0;

  constructor(deps: FirmwareReadDeps) {
    this.#deps = deps;
    this.#blocks = Math.floor(deps.expected.length / blockBytes) + 1;
  }

  begin(): void {
    this.#askToRead(ReadPort.size);
  }

  /** @param serverPort Where it came from. */
  take(port: ReadPort, packet: Buffer, serverPort: number): void {
    // What comes to a port that it has closed is lost.
    if (packet.length < 4 || port !== this.#port) return;
    const opcode = packet.readUInt16BE(0);
    if (opcode === Opcode.error) this.#fail("refused", `TFTP error: ${textOf(packet)}`);
    else if (this.#block === 0) {
      if (opcode !== Opcode.options) return;
      if (port === ReadPort.size) this.#takeSize(packet, serverPort);
      else this.#acknowledge(0, serverPort);
    } else if (opcode === Opcode.data && packet.readUInt16BE(2) === this.#block) this.#takeBlock(packet, serverPort);
    // What came before shows that an acknowledgement was lost: it is sent again at once.
    else this.#deps.asking.again();
  }

  #takeSize(options: Buffer, serverPort: number): void {
    const { expected, send } = this.#deps;
    const sizeBytes = Number(/tsize\0(\d+)\0/i.exec(options.toString("latin1"))?.[1]);
    if (sizeBytes === expected.length) {
      send(ReadPort.size, aborted, serverPort);
      this.#askToRead(ReadPort.blocks);
    } else this.#fail("wrong", `TFTP says the file has ${sizeBytes} bytes, not ${expected.length}`);
  }

  #takeBlock(packet: Buffer, serverPort: number): void {
    const { expected, send, done } = this.#deps;
    const from = (this.#block - 1) * blockBytes;
    const end = Math.min(from + blockBytes, expected.length);
    if (expected.compare(packet, 4, packet.length, from, end) !== 0)
      this.#fail("wrong", "a block of the TFTP file has other bytes");
    else if (this.#block < this.#blocks) this.#acknowledge(this.#block, serverPort);
    else {
      send(ReadPort.blocks, acknowledgement(this.#block), serverPort);
      done();
    }
  }

  #askToRead(port: ReadPort): void {
    const { asking, send, file } = this.#deps;
    const request = readRequest(file);
    this.#port = port;
    asking.ask("TFTP", () => send(port, request, tftpPort));
  }

  #acknowledge(block: number, serverPort: number): void {
    const { asking, send } = this.#deps;
    const packet = acknowledgement(block);
    this.#block = block + 1;
    asking.ask("TFTP", () => send(ReadPort.blocks, packet, serverPort));
  }

  #fail(code: BootError["code"], message: string): void {
    this.#deps.failed(new BootError(code, message));
  }
}

function textOf(error: Buffer): string {
  return error.toString("latin1", 4, 100).replace(/\0.*/s, "");
}

function readRequest(file: string): Buffer {
  const words = [file, "octet", "tsize", "0", "blksize", String(blockBytes)];
  return Buffer.from(`\0\x01${words.map((word) => `${word}\0`).join("")}`, "latin1");
}

function acknowledgement(block: number): Uint8Array {
  return Uint8Array.of(0, Opcode.ack, block >>> 8, block);
}
