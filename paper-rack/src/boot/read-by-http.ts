// A file by HTTP as iPXE reads it: on a connection from the machine's own address, no faster than its line, and again when it breaks.
import { get, type IncomingMessage } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { BootError } from "./boot-error.ts";

export interface HttpOrder {
  readonly url: string;
  /** The machine's own. */
  readonly address: string;
  readonly bytesPerSecond: number;
  readonly repeated: () => void;
}

/** As the script says it. */
const [tries, retryDelayMs] = [30, 2000];
/** How long a connection may say nothing. */
const silenceMs = 30_000;
/** Shorter pauses would be many thousands of timers a second. */
const leastPauseMs = 100;

/**
 * @param takePart Is given each part as it comes, and where it belongs.
 * @throws {BootError} When the last try failed, as that failed; at once when `takePart` throws.
 */
export async function readByHttp(
  order: HttpOrder,
  takePart: (part: Buffer, at: number) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let turn = 1; ; turn += 1) {
    try {
      return await readOnce(order, takePart, signal);
    } catch (error) {
      if (turn === tries || signal.aborted || (error instanceof BootError && error.code === "wrong")) throw error;
    }
    order.repeated();
    await delay(retryDelayMs, undefined, { signal });
  }
}

async function readOnce(
  { url, address, bytesPerSecond }: HttpOrder,
  takePart: (part: Buffer, at: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const response = await responseTo(url, address, signal);
  if (response.statusCode !== 200) {
    response.destroy();
    throw new BootError("refused", `HTTP status ${response.statusCode}`);
  }
  const fromMs = performance.now();
  let at = 0;
  for await (const part of response) {
    takePart(part as Buffer, at); // no encoding is set
    at += (part as Buffer).length;
    const aheadMs = (at / bytesPerSecond) * 1000 - (performance.now() - fromMs);
    if (aheadMs >= leastPauseMs) await delay(aheadMs, undefined, { signal });
  }
  if (!response.complete) throw new BootError("refused", "HTTP broke off");
}

function responseTo(url: string, localAddress: string, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = get(url, { localAddress, agent: false, signal, timeout: silenceMs }, resolve);
  request.once("timeout", () => request.destroy(new BootError("gone-silent", `HTTP said nothing for ${silenceMs} ms`)));
  request.once("error", (cause: NodeJS.ErrnoException) =>
    reject(
      cause instanceof BootError ? cause : new BootError("refused", `HTTP ${cause.code ?? cause.message}`, { cause }),
    ),
  );
  return promise;
}
