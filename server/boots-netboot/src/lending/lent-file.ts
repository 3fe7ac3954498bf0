// One version of a file in the thread of packets: the main thread reads it, and hands it over in pieces, each for all who read it.
import type { NotLent } from "../boot-files.ts";
import type { Piece, PieceMemory } from "./piece-memory.ts";

/** All pieces are so long, but for a file's last. Reading and copying one takes the main thread about half a millisecond. */
export const pieceBytes = 1 << 20;

/** Firmware asks, or says what it has said last, again and again for about so long. */
export const firmwarePatienceMs = 20_000;

export type PieceBytes = Uint8Array<ArrayBuffer>;

export interface WantedFile {
  readonly name: string;
  readonly netascii: boolean;
  /** What is known of it. */
  readonly etag: string | undefined;
}

/** A version that stays open until the thread says `unlent`. */
export interface LentVersion {
  readonly id: number;
  readonly etag: string;
  /** On disk: in netascii there are more. */
  readonly sizeBytes: number;
  /** What is sent. */
  readonly lengthBytes: number;
}

/** `same`: what was known still holds. */
export type FileAnswer = LentVersion | NotLent | "same";

export interface WantedPiece {
  readonly id: number;
  readonly index: number;
}

export interface LentFileDeps {
  readonly memory: PieceMemory;
  /** Asks the main thread, which answers by `came`. */
  readonly ask: (wanted: WantedPiece) => void;
  readonly addressOf: (bytes: Uint8Array) => number;
  /** Nobody has it any more. */
  readonly over: (file: LentFile) => void;
}

export class LentFile implements LentVersion {
  readonly id: number;
  readonly etag: string;
  readonly sizeBytes: number;
  readonly lengthBytes: number;
  readonly #deps: LentFileDeps;
  readonly #pieces = new Map<number, Piece>();
  readonly #asked = new Set<number>();
  /** By piece. */
  readonly #waiting = new Map<number, (() => void)[]>();
  #fault: NotLent | undefined;
  /** Those who read it, and the list of names. */
  #holders = 1;

  constructor({ id, etag, sizeBytes, lengthBytes }: LentVersion, deps: LentFileDeps) {
    [this.id, this.etag, this.sizeBytes, this.lengthBytes, this.#deps] = [id, etag, sizeBytes, lengthBytes, deps];
  }

  /** Why the rest of it cannot be had: it was changed meanwhile, or the disk does not give it. */
  get fault(): NotLent | undefined {
    return this.#fault;
  }

  hold(): void {
    this.#holders += 1;
  }

  /** Called once by each who holds it. */
  leave(): void {
    this.#holders -= 1;
    if (this.#holders > 0) return;
    for (const piece of this.#pieces.values()) this.#deps.memory.drop(piece);
    this.#deps.over(this);
  }

  /**
   * Asks for what of these bytes is not in memory, and for the piece after them, so that who reads on finds it.
   * @returns The first piece that is still to come; undefined when all of them are here.
   */
  missing(from: number, to: number): number | undefined {
    const last = Math.floor(Math.max(from, to - 1) / pieceBytes);
    let first: number | undefined;
    for (
      let index = Math.floor(from / pieceBytes);
      index <= last + 1 && index * pieceBytes < this.lengthBytes;
      index += 1
    ) {
      const piece = this.#pieces.get(index);
      if (piece !== undefined) this.#deps.memory.used(piece);
      else this.#ask(index);
      if (index <= last && !this.#pieces.has(index)) first ??= index;
    }
    return first;
  }

  /** Calls back once, when a piece that was asked for has come, or cannot be had. */
  onPiece(index: number, then: () => void): void {
    this.#waiting.getOrInsertComputed(index, () => []).push(then);
  }

  /** Where this byte lies, which must be in memory. */
  pieceAt(offset: number): Piece {
    const piece = this.#pieces.get(Math.floor(offset / pieceBytes));
    if (piece === undefined) throw new RangeError(`no piece of the file is in memory at ${offset}`);
    return piece;
  }

  came(index: number, answer: PieceBytes | NotLent): void {
    this.#asked.delete(index);
    if ("reason" in answer) this.#fault = answer;
    else if (this.#holders > 0) {
      const gone = () => this.#pieces.delete(index);
      const piece: Piece = { bytes: answer, address: this.#deps.addressOf(answer), gone };
      this.#pieces.set(index, piece);
      this.#deps.memory.add(piece);
    }
    const waiting = this.#waiting.get(index) ?? [];
    this.#waiting.delete(index);
    for (const then of waiting) then();
  }

  #ask(index: number): void {
    if (this.#asked.has(index)) return;
    this.#asked.add(index);
    this.#deps.ask({ id: this.id, index });
  }
}
