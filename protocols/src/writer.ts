// Builds a packet field by field; the counterpart of the reader.
import { PacketError } from "./packet-error.ts";

/** Appends big-endian fields. Each write returns the writer. */
export class Writer {
  readonly #bytes: number[] = [];

  get sizeBytes(): number {
    return this.#bytes.length;
  }

  u8(value: number): this {
    return this.#number(value, 1);
  }

  u16(value: number): this {
    return this.#number(value, 2);
  }

  u32(value: number): this {
    return this.#number(value, 4);
  }

  bytes(value: Uint8Array): this {
    for (const byte of value) this.#bytes.push(byte);
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
    for (let i = 0; i < count; i++) this.#bytes.push(0);
    return this;
  }

  toBytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  #number(value: number, sizeBytes: number): this {
    if (!Number.isInteger(value) || value < 0 || value >= 256 ** sizeBytes)
      throw new PacketError("too-long", `${value} is not a whole number of ${sizeBytes} bytes`);
    for (let shift = sizeBytes - 1; shift >= 0; shift--) this.#bytes.push(Math.floor(value / 256 ** shift) % 256);
    return this;
  }
}
