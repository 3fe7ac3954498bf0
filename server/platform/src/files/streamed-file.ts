// One version of a file that is too large for memory: read in pieces as fast as each reader takes them, by one open file for all of them.
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import type { DiskTurns } from "./disk-turns.ts";
import { type FileFault, fileFault } from "./open-plain-file.ts";
import { checkVersion, type FileReading, type FileVersion } from "./served-file.ts";

/** As many bytes as there is room for; what they are given back by. */
export type Room = { take(bytes: number): boolean; give(bytes: number): void };

/** A reader for whom there is no room has this much all the same, so that nobody keeps it out: very many of them are still few. */
const leastBytes = 1 << 14;

export class StreamedFile {
  readonly version: FileVersion;
  readonly #handle: FileHandle;
  readonly #disk: DiskTurns;
  readonly #room: Room;

  constructor(version: FileVersion, handle: FileHandle, { disk, room }: { disk: DiskTurns; room: Room }) {
    this.version = version;
    this.#handle = handle;
    this.#disk = disk;
    this.#room = room;
  }

  open(): FileReading {
    let piece: Buffer | undefined;
    const read = async (offset: number, most: number): Promise<Uint8Array | FileFault> => {
      piece ??= this.#pieceOf(most);
      return await this.#readInto(piece, offset, Math.min(most, piece.length));
    };
    return {
      read,
      inMemory: () => undefined,
      close: () => {
        if (piece !== undefined && piece.length > leastBytes) this.#room.give(piece.length);
      },
    };
  }

  /** No reader may be left. */
  release(): void {
    // Of a disk that hangs this hangs, too.
    void this.#handle.close().catch(() => undefined);
  }

  #pieceOf(most: number): Buffer {
    const isRoom = most > leastBytes && this.#room.take(most);
    return Buffer.allocUnsafeSlow(isRoom ? most : Math.min(most, leastBytes));
  }

  async #readInto(bytes: Buffer, offset: number, most: number): Promise<Uint8Array | FileFault> {
    const { path } = this.version;
    try {
      return await this.#disk.run(dirname(path), async () => {
        const { bytesRead } = await this.#handle.read(bytes, 0, most, offset);
        await checkVersion(this.version, this.#handle, bytesRead);
        return bytes.subarray(0, bytesRead);
      });
    } catch (error) {
      return fileFault(path, error);
    }
  }
}
