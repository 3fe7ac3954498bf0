// gRPC's framing of messages in a body: one byte that says whether it is compressed, the length in four, the message.
import { GrpcError } from "./grpc-error.ts";

const headerBytes = 5;

export function frameMessage(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(headerBytes + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, headerBytes);
  return frame;
}

/** Cuts a body into its messages. It holds no more than one message and what came with its end. */
export class FrameReader {
  readonly #mostBytes: number;
  #parts: Buffer[] = [];
  #heldBytes = 0;

  constructor(mostMessageBytes: number) {
    this.#mostBytes = mostMessageBytes;
  }

  /** Whether the body may end here. */
  get isBetweenMessages(): boolean {
    return this.#heldBytes === 0;
  }

  /** @returns The messages that are whole now. @throws {GrpcError} When one is compressed or too long; nothing may be read after that. */
  push(part: Buffer): Uint8Array[] {
    this.#parts.push(part);
    this.#heldBytes += part.length;
    const found: Uint8Array[] = [];
    for (let message = this.#take(); message !== undefined; message = this.#take()) found.push(message);
    return found;
  }

  #take(): Uint8Array | undefined {
    if (this.#heldBytes < headerBytes) return undefined;
    // The header may lie across parts; a message of many parts is put together once, when its end is there.
    const first = this.#parts[0];
    const header = first !== undefined && first.length >= headerBytes ? first : this.#joined();
    if (header[0] !== 0)
      throw new GrpcError("unimplemented", "the message is compressed, which was not offered; send it as it is");
    const length = header.readUInt32BE(1);
    if (length > this.#mostBytes)
      throw new GrpcError(
        "resource-exhausted",
        `a message of ${length} bytes is longer than the ${this.#mostBytes} that are taken`,
      );
    if (this.#heldBytes < headerBytes + length) return undefined;
    const all = this.#joined();
    const rest = all.subarray(headerBytes + length);
    this.#parts = rest.length > 0 ? [rest] : [];
    this.#heldBytes = rest.length;
    return all.subarray(headerBytes, headerBytes + length);
  }

  #joined(): Buffer {
    const [only, ...others] = this.#parts;
    const joined = only !== undefined && others.length === 0 ? only : Buffer.concat(this.#parts);
    this.#parts = [joined];
    return joined;
  }
}
