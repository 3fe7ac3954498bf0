// Memory whose address the kernel may be given.
import type { DatagramCalls } from "./datagram-calls.ts";

/** V8 keeps small typed arrays in its own heap, which moves; an ArrayBuffer of its own it leaves where it is. */
const leastBytes = 4096;

/**
 * One piece that stays where it is for as long as this object is referenced, and not a moment longer: whoever gives its address away holds
 * the object until the kernel has no more use for it. Zeroed.
 */
export class PinnedMemory {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Of the first byte. */
  readonly address: number;

  constructor(calls: Pick<DatagramCalls, "addressOf">, sizeBytes: number) {
    const buffer = new ArrayBuffer(Math.max(sizeBytes, leastBytes));
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.address = calls.addressOf(this.bytes);
  }

  /** Writes an address or a size as a C pointer or `size_t`. */
  setWord(at: number, value: number): void {
    this.view.setUint32(at, value % 0x1_0000_0000, true);
    this.view.setUint32(at + 4, Math.floor(value / 0x1_0000_0000), true);
  }
}
