// Builds a packet field by field; the counterpart of the reader.
import { PacketError } from "./packet-error.ts";

/** Most packets fit; others make it grow. */
const leastBytes = 576;

/** Appends big-endian fields. Each write returns the writer. */
export class Writer {
  #bytes = new Uint8Array(leastBytes);
  #size = 0;

  get sizeBytes(): number {
    return this.#size;
  }

  u8(value: number): this {
    check(value, 1, 0xff);
    this.#need(1);
    this.#bytes[this.#size++] = value;
    return this;
  }

  u16(value: number): this {
    check(value, 2, 0xffff);
    this.#need(2);
    this.#bytes[this.#size++] = value >>> 8;
    this.#bytes[this.#size++] = value;
    return this;
  }

  u32(value: number): this {
    check(value, 4, 0xffff_ffff);
    this.#need(4);
    for (const shift of [24, 16, 8, 0]) this.#bytes[this.#size++] = value >>> shift;
    return this;
  }

  bytes(value: Uint8Array): this {
    this.#need(value.length);
    this.#bytes.set(value, this.#size);
    this.#size += value.length;
    return this;
  }

  /**
   * A field of fixed width, filled up with zero bytes.
   * @throws {PacketError} `too-long` when the value does not fit.
   */
  padded(value: Uint8Array, sizeBytes: number, field: string): this {
    if (value.length > sizeBytes)
      throw new PacketError("too-long", `${field}: ${value.length} bytes do not fit into ${sizeBytes}`);
    return this.bytes(value).zeros(sizeBytes - value.length);
  }

  /** Text, one byte per character, and a zero byte. */
  zstring(text: string): this {
    return this.bytes(Uint8Array.from(text, (character) => character.charCodeAt(0))).u8(0);
  }

  zeros(count: number): this {
    this.#need(count);
    this.#size += count; // nothing was written there yet
    return this;
  }

  /** A copy. */
  toBytes(): Uint8Array {
    return this.#bytes.slice(0, this.#size);
  }

  #need(sizeBytes: number): void {
    const { length } = this.#bytes;
    if (this.#size + sizeBytes <= length) return;
    const bytes = new Uint8Array(Math.max(2 * length, this.#size + sizeBytes));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }
}

function check(value: number, sizeBytes: number, most: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= most) return;
  throw new PacketError("too-long", `${value} is not a whole number of ${sizeBytes} bytes`);
}
