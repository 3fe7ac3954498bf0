// gRPC's framing of messages in a body: one byte that says whether it is compressed, the length in four, the message.
import type { HeldRoom } from "./fair-room.ts";
import { GrpcError } from "./grpc-error.ts";

const headerBytes = 5;

export function frameMessage(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(headerBytes + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, headerBytes);
  return frame;
}

/** Cuts a body into its messages. It holds what has come of one message, and at most twice its bytes, in however many parts. */
export class FrameReader {
  readonly #mostBytes: number;
  /** What has come of a message that is not whole, from the first of its bytes. Grows by doubling: no byte is copied often. */
  #held = Buffer.alloc(0);
  #heldBytes = 0;
  /** In bytes: holds some from the first byte of a message to its last. */
  readonly #room: HeldRoom;

  constructor(mostMessageBytes: number, room: HeldRoom) {
    this.#mostBytes = mostMessageBytes;
    this.#room = room;
  }

  /** Whether the body may end here. */
  get isBetweenMessages(): boolean {
    return this.#heldBytes === 0;
  }

  /** @returns The messages that are whole now. @throws {GrpcError} When one is compressed or too long; nothing may be read after that. */
  push(part: Buffer): Uint8Array[] {
    const found: Uint8Array[] = [];
    for (let rest = part; rest.length > 0; ) {
      const whole = this.#heldBytes === 0 ? this.#frameBytes(rest, rest.length) : undefined;
      if (whole !== undefined && whole <= rest.length) {
        found.push(rest.subarray(headerBytes, whole));
        rest = rest.subarray(whole);
        continue;
      }
      rest = rest.subarray(this.#hold(rest));
      if (this.#frameBytes(this.#held, this.#heldBytes) !== this.#heldBytes) continue;
      found.push(this.#held.subarray(headerBytes, this.#heldBytes));
      this.drop();
    }
    return found;
  }

  /** Lets go what has come of a message that is not whole. */
  drop(): void {
    this.#room.give(this.#held.length);
    this.#held = Buffer.alloc(0);
    this.#heldBytes = 0;
  }

  /** Copies what belongs to the message that is not whole. @returns How many bytes. */
  #hold(part: Buffer): number {
    const whole = this.#frameBytes(this.#held, this.#heldBytes) ?? headerBytes;
    const bytes = Math.min(part.length, whole - this.#heldBytes);
    const needed = this.#heldBytes + bytes;
    if (needed > this.#held.length) {
      const grownBytes = Math.min(whole, Math.max(needed, this.#held.length * 2));
      this.#room.take(grownBytes - this.#held.length);
      const grown = Buffer.allocUnsafe(grownBytes);
      this.#held.copy(grown, 0, 0, this.#heldBytes);
      this.#held = grown;
    }
    part.copy(this.#held, this.#heldBytes, 0, bytes);
    this.#heldBytes = needed;
    return bytes;
  }

  /** Of the message that `bytes` begin with, header and all; `undefined` while its header is not there. */
  #frameBytes(buffer: Buffer, bytes: number): number | undefined {
    if (bytes < headerBytes) return undefined;
    if (buffer[0] !== 0)
      throw new GrpcError("unimplemented", "the message is compressed, which was not offered; send it as it is");
    const length = buffer.readUInt32BE(1);
    if (length > this.#mostBytes)
      throw new GrpcError(
        "resource-exhausted",
        `a message of ${length} bytes is longer than the ${this.#mostBytes} that are taken`,
      );
    return headerBytes + length;
  }
}
