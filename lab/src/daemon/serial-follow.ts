// Reads a growing log file: all of it, then what is added, until the reader has had enough.
import { open } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

const lookEveryMs = 100;

/** Yields bytes from the start of `file`, and for ever; ends quietly when `signal` aborts. A missing file is waited for. */
export async function* followFile(file: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  let position = 0;
  while (!signal.aborted) {
    const added = await readFrom(file, position);
    position += added.length;
    if (added.length > 0) yield added;
    else await pause(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
}

/** At most 64 KiB from `position` on. */
async function readFrom(file: string, position: number): Promise<Buffer> {
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return Buffer.alloc(0);
  try {
    const buffer = Buffer.alloc(65_536);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
