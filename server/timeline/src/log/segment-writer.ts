// The one file of the event log that is open: whole lines are added to its end, behind a first line that says whose log it is.
import { type FileHandle, open } from "node:fs/promises";
import { type Header, openForAppend, type Segment } from "./segment.ts";

export type SegmentWriterDeps = {
  readonly dir: string;
  readonly logId: () => string;
  /** For tests of disks that fail. */
  readonly open?: typeof open;
};

export class SegmentWriter {
  readonly #deps: SegmentWriterDeps;
  #file: { readonly segment: Segment; readonly handle: FileHandle; sizeBytes: number } | undefined;
  #isUnflushed = false;
  /** What was written since this was last set to false may not have come to the disk: the system says so once, and never again. */
  isFlushLost = false;

  constructor(deps: SegmentWriterDeps) {
    this.#deps = deps;
  }

  /** All of them or none. Opens the file, closing the one before. */
  async write(segment: Segment, lines: readonly string[]): Promise<void> {
    const file = await this.#fileOf(segment);
    const bytes = Buffer.from(`${lines.join("\n")}\n`);
    try {
      for (let done = 0; done < bytes.length; )
        done += (await file.handle.write(bytes, done, bytes.length - done)).bytesWritten;
    } catch (error) {
      // Half a line must not become the beginning of the next one.
      await file.handle.truncate(file.sizeBytes);
      throw error;
    }
    file.sizeBytes += bytes.length;
    this.#isUnflushed = true;
  }

  async flush(): Promise<void> {
    if (!this.#isUnflushed) return;
    this.#isUnflushed = false;
    try {
      await this.#file?.handle.datasync();
    } catch (error) {
      this.isFlushLost = true;
      throw error;
    }
  }

  /** What is in it is on the disk then. @param segment Only when it is this one's file. */
  async close(segment = this.#file?.segment): Promise<void> {
    if (segment !== this.#file?.segment) return;
    await this.flush();
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close();
  }

  async #fileOf(segment: Segment) {
    if (this.#file?.segment === segment) return this.#file;
    await this.close();
    const handle = await openForAppend(segment.path, this.#deps.open);
    try {
      const { size } = await handle.stat();
      const sizeBytes = size > 0 ? size : await this.#writeHeader(handle);
      this.#file = { segment, handle, sizeBytes };
      return this.#file;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async #writeHeader(handle: FileHandle): Promise<number> {
    const bytes = Buffer.from(`${JSON.stringify({ format: 1, log: this.#deps.logId() } satisfies Header)}\n`);
    try {
      if ((await handle.write(bytes)).bytesWritten < bytes.length) throw new Error("only a part of the line fits");
    } catch (error) {
      await handle.truncate(0);
      throw error;
    }
    await syncDir(this.#deps.dir);
    return bytes.length;
  }
}

/** A file that was made outlasts a power cut only when its folder was flushed too. */
async function syncDir(dir: string): Promise<void> {
  const handle = await open(dir, "r");
  await handle.sync().finally(() => handle.close());
}
