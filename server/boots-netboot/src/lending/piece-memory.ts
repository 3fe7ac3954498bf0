// The pieces of lent files in the memory of the thread of packets: so many bytes and no more, and what was used longest ago goes first.

/** Part of a file. */
export interface Piece {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of its first byte, for the kernel. */
  readonly address: number;
  /** It is out of memory: nobody may find it any more. */
  readonly gone: () => void;
}

export class PieceMemory {
  readonly #mostBytes: number;
  /** The one used longest ago first. */
  readonly #pieces = new Set<Piece>();
  #latest: Piece | undefined;
  /** Out of memory, but for what is still to be sent of them. */
  #leaving: Piece[] = [];
  #heldBytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  add(piece: Piece): void {
    this.#pieces.add(piece);
    this.#latest = piece;
    this.#heldBytes += piece.bytes.length;
    for (const oldest of this.#pieces) {
      if (this.#heldBytes <= this.#mostBytes || oldest === piece) return;
      this.drop(oldest);
    }
  }

  used(piece: Piece): void {
    if (this.#latest === piece || !this.#pieces.delete(piece)) return;
    this.#pieces.add(piece);
    this.#latest = piece;
  }

  drop(piece: Piece): void {
    if (!this.#pieces.delete(piece)) return;
    this.#heldBytes -= piece.bytes.length;
    this.#leaving.push(piece);
    piece.gone();
  }

  /** Gives back what is out of memory. To be called when the kernel has read all that it was told to. */
  giveBack(): void {
    if (this.#leaving.length === 0) return;
    // A thread that waits in the kernel collects nothing.
    for (const { bytes } of this.#leaving) bytes.buffer.transfer(0);
    this.#leaving = [];
  }
}
