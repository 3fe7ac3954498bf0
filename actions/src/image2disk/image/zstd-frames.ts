// Follows a zstd stream from frame to frame without decompressing it (RFC 8878 §3.1). The decompressor of Node is silent
// about bytes after a frame that are no whole frame, so a file that was cut there would pass for a complete one.

const magic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;

type State =
  /** Collecting `need` bytes of a header. */
  | { readonly at: "magic" | "descriptor" | "frame-header" | "block-header" | "skippable-size"; readonly need: number }
  /** Passing over content that has no structure of its own. */
  | { readonly at: "content" | "checksum" | "skippable"; readonly left: number };

/** Fed with all bytes in order; says at the end whether they were whole frames. */
export class ZstdFrames {
  #state: State = { at: "magic", need: 4 };
  #held: Uint8Array = new Uint8Array(0);
  #hasChecksum = false;
  #isLastBlock = false;
  #descriptor = 0;
  #frames = 0;

  /** The most memory that a frame begun so far needs to be decompressed: its window, or its content where that is less. */
  neededBytes = 0;
  /** What is wrong with the stream, as soon as it is known. */
  fault: string | undefined;

  push(chunk: Uint8Array): void {
    let bytes = chunk;
    while (bytes.length > 0 && this.fault === undefined) bytes = this.#take(bytes);
  }

  /** @returns What is missing, or undefined when the stream ended between two frames. */
  end(): string | undefined {
    if (this.fault !== undefined) return this.fault;
    const isBetween = this.#state.at === "magic" && this.#held.length === 0 && this.#frames > 0;
    return isBetween ? undefined : `the zstd stream ends within a frame's ${this.#state.at}`;
  }

  #take(bytes: Uint8Array): Uint8Array {
    const state = this.#state;
    if ("left" in state) {
      const passed = Math.min(state.left, bytes.length);
      if (passed < state.left) this.#state = { at: state.at, left: state.left - passed };
      else this.#after(state.at);
      return bytes.subarray(passed);
    }
    const missing = state.need - this.#held.length;
    this.#held = Buffer.concat([this.#held, bytes.subarray(0, missing)]);
    if (this.#held.length === state.need) {
      const header = Buffer.from(this.#held);
      this.#held = new Uint8Array(0);
      this.#read(state.at, header);
    }
    return bytes.subarray(missing);
  }

  #read(at: Extract<State, { need: number }>["at"], header: Buffer): void {
    switch (at) {
      case "magic":
        this.#readMagic(header.readUInt32LE(0));
        return;
      case "descriptor": {
        this.#descriptor = header.readUInt8(0);
        this.#hasChecksum = (this.#descriptor & 4) !== 0;
        const need =
          windowBytes(this.#descriptor) + dictionaryBytes(this.#descriptor) + contentSizeBytes(this.#descriptor);
        this.#state = { at: "frame-header", need };
        return;
      }
      case "frame-header":
        this.neededBytes = Math.max(this.neededBytes, readNeed(this.#descriptor, header));
        this.#state = { at: "block-header", need: 3 };
        return;
      case "block-header":
        this.#readBlock(header.readUIntLE(0, 3));
        return;
      case "skippable-size":
        this.#pass("skippable", header.readUInt32LE(0));
    }
  }

  #readMagic(number: number): void {
    if (number === magic) {
      this.#frames += 1;
      this.#state = { at: "descriptor", need: 1 };
    } else if ((number & 0xfffffff0) >>> 0 === skippableMagic) this.#state = { at: "skippable-size", need: 4 };
    else this.fault = `0x${number.toString(16).padStart(8, "0")} follows the last zstd frame and begins no other`;
  }

  #readBlock(header: number): void {
    this.#isLastBlock = (header & 1) === 1;
    const kind = (header >> 1) & 3;
    if (kind === 3) this.fault = "a zstd block is of the reserved kind";
    // A run-length block holds one byte, whatever size it unpacks to.
    else this.#pass("content", kind === 1 ? 1 : header >> 3);
  }

  #pass(at: Extract<State, { left: number }>["at"], left: number): void {
    if (left === 0) this.#after(at);
    else this.#state = { at, left };
  }

  #after(at: Extract<State, { left: number }>["at"]): void {
    if (at === "content" && !this.#isLastBlock) this.#state = { at: "block-header", need: 3 };
    else if (at === "content" && this.#hasChecksum) this.#state = { at: "checksum", left: 4 };
    else this.#state = { at: "magic", need: 4 };
  }
}

// §3.1.1.1.1: which optional fields the header has.
const isSingleSegment = (descriptor: number): boolean => (descriptor & 0x20) !== 0;
const windowBytes = (descriptor: number): number => (isSingleSegment(descriptor) ? 0 : 1);
const dictionaryBytes = (descriptor: number): number => [0, 1, 2, 4][descriptor & 3] ?? 0;

function contentSizeBytes(descriptor: number): number {
  const flag = descriptor >> 6;
  return flag === 0 ? Number(isSingleSegment(descriptor)) : 2 ** flag;
}

/** §3.1.1.1.2. */
function readNeed(descriptor: number, header: Buffer): number {
  const content = readContentSize(descriptor, header) ?? Number.POSITIVE_INFINITY;
  if (isSingleSegment(descriptor)) return content;
  const packed = header.readUInt8(0);
  const base = 2 ** (10 + (packed >> 3));
  return Math.min(base + (base / 8) * (packed & 7), content);
}

function readContentSize(descriptor: number, header: Buffer): number | undefined {
  const width = contentSizeBytes(descriptor);
  const offset = windowBytes(descriptor) + dictionaryBytes(descriptor);
  switch (width) {
    case 0:
      return undefined;
    case 2:
      return header.readUInt16LE(offset) + 256; // so that no size has two spellings
    case 8:
      return Number(header.readBigUInt64LE(offset));
    default:
      return header.readUIntLE(offset, width);
  }
}
