// One client that reads a file by RFC 7440: acknowledges whole windows, and at a gap the last block in order. It has no socket.

export interface ReaderFile {
  readonly name: string;
  readonly bytes: Buffer;
  readonly blockBytes: number;
  readonly windowBlocks: number;
}

const Opcode = { data: 3, error: 5, options: 6 } as const;

export class FileReader {
  readonly #file: ReaderFile;
  /** What the server granted. */
  granted = { blockBytes: 512, windowBlocks: 1 };
  /** In order, each with the right bytes. */
  bytesRead = 0;
  filesRead = 0;
  wrong: string | undefined;
  #blocks = 0;
  #unacknowledged = 0;
  #isGapTold = false;
  #hasBegun = false;

  constructor(file: ReaderFile) {
    this.#file = file;
  }

  request(): Buffer {
    [this.#blocks, this.#unacknowledged, this.#isGapTold, this.#hasBegun] = [0, 0, false, false];
    this.granted = { blockBytes: 512, windowBlocks: 1 };
    const { name, blockBytes, windowBlocks } = this.#file;
    const options = [
      ...(blockBytes === 512 ? [] : ["blksize", String(blockBytes)]),
      ...(windowBlocks === 1 ? [] : ["windowsize", String(windowBlocks)]),
    ];
    return Buffer.from(`\0\x01${[name, "octet", ...options].map((word) => `${word}\0`).join("")}`, "latin1");
  }

  /** What is to be said when nothing came for long. */
  again(): Buffer {
    return this.#hasBegun ? this.#acknowledge() : this.request();
  }

  /** @returns What is to be answered; `read` when that was the last block, which is still to be acknowledged by `again`. */
  take(datagram: Buffer): Buffer | "read" | undefined {
    switch (datagram.readUInt16BE(0)) {
      case Opcode.options:
        if (this.#hasBegun) return undefined;
        this.#takeOptions(datagram.toString("latin1", 2).split("\0"));
        return this.#acknowledge();
      case Opcode.data:
        return this.#takeBlock(datagram);
      default:
        this.wrong ??= `it says ${datagram.toString("latin1", 4, 100)}`;
        return undefined;
    }
  }

  #takeOptions(words: readonly string[]): void {
    const value = (name: string, otherwise: number): number => {
      const at = words.indexOf(name);
      return at < 0 ? otherwise : Number(words[at + 1]);
    };
    this.granted = { blockBytes: value("blksize", 512), windowBlocks: value("windowsize", 1) };
    this.#hasBegun = true;
  }

  #takeBlock(datagram: Buffer): Buffer | "read" | undefined {
    const { blockBytes, windowBlocks } = this.granted;
    if (datagram.readUInt16BE(2) !== ((this.#blocks + 1) & 0xffff)) {
      if (this.#isGapTold || !this.#hasBegun) return undefined;
      this.#isGapTold = true;
      return this.#acknowledge();
    }
    const at = this.#blocks * blockBytes;
    const { bytes } = this.#file;
    if (bytes.compare(datagram, 4, datagram.length, at, Math.min(at + blockBytes, bytes.length)) !== 0)
      this.wrong ??= `block ${this.#blocks + 1} has other bytes`;
    [this.#hasBegun, this.#isGapTold] = [true, false];
    this.#blocks += 1;
    this.#unacknowledged += 1;
    this.bytesRead += datagram.length - 4;
    if (datagram.length < blockBytes + 4) {
      this.filesRead += 1;
      return "read";
    }
    return this.#unacknowledged >= windowBlocks ? this.#acknowledge() : undefined;
  }

  #acknowledge(): Buffer {
    this.#unacknowledged = 0;
    return Buffer.of(0, 4, (this.#blocks >>> 8) & 0xff, this.#blocks & 0xff);
  }
}
