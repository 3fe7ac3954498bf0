// Writes a part of an answer that goes on as things happen.
import { once } from "node:events";
import type { ServerResponse } from "node:http";

/** Waits while the caller does not read, so that nothing piles up here, or until `signal` aborts. */
export async function sendLive(response: ServerResponse, part: string | Buffer, signal: AbortSignal): Promise<void> {
  if (response.write(part)) return;
  await once(response, "drain", { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
