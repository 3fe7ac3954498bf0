// A cursor over received bytes: every read names its field, so that a short packet says what is missing.
import { PacketError } from "./packet-error.ts";

/** Reads big-endian fields in order. All reads throw {@link PacketError} `truncated` when the bytes end first. */
export class Reader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  u8(field: string): number {
    return this.#number(1, field);
  }

  u16(field: string): number {
    return this.#number(2, field);
  }

  u32(field: string): number {
    return this.#number(4, field);
  }

  /** A copy, so that the datagram's buffer is not kept alive nor changed under the reader. */
  bytes(sizeBytes: number, field: string): Uint8Array {
    this.#need(sizeBytes, field);
    this.#offset += sizeBytes;
    return this.#bytes.slice(this.#offset - sizeBytes, this.#offset);
  }

  rest(): Uint8Array {
    return this.bytes(this.remaining, "rest");
  }

  /** Whether a zero byte ends a text from here on. */
  get hasText(): boolean {
    return this.#bytes.indexOf(0, this.#offset) >= 0;
  }

  /** Text up to a zero byte, which is taken too. Bytes are read as Latin-1: nothing is lost. @throws {PacketError} Where there is none. */
  zstring(field: string): string {
    const end = this.#bytes.indexOf(0, this.#offset);
    if (end < 0) throw new PacketError("truncated", `${field}: no zero byte ends the text at byte ${this.#offset}`);
    const text = String.fromCharCode(...this.bytes(end - this.#offset, field));
    this.#offset += 1;
    return text;
  }

  #number(sizeBytes: number, field: string): number {
    this.#need(sizeBytes, field);
    let value = 0;
    for (const end = this.#offset + sizeBytes; this.#offset < end; this.#offset++)
      value = value * 256 + (this.#bytes[this.#offset] ?? 0);
    return value;
  }

  #need(sizeBytes: number, field: string): void {
    if (sizeBytes <= this.remaining) return;
    const missing = sizeBytes - this.remaining;
    throw new PacketError("truncated", `${field}: ${missing} bytes are missing at byte ${this.#offset}`);
  }
}
