// Writes a part of an answer that goes on as things happen.
import { once } from "node:events";
import type { Writable } from "node:stream";

/** Waits while the caller does not read, so that nothing piles up here, or until `signal` aborts or the caller has gone. */
export async function sendLive(wire: Writable, part: string | Buffer, signal: AbortSignal): Promise<void> {
  if (!wire.write(part)) await drained(wire, signal);
}

/** After a write that was not taken at once. */
export async function drained(wire: Writable, signal: AbortSignal): Promise<void> {
  await once(wire, "drain", { signal }).catch((error: unknown) => {
    if (!signal.aborted && !wire.destroyed) throw error;
  });
}
