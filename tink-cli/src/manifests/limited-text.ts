// Reads a text to its end, of whatever does end: so many bytes at most, and no longer than until it is given up.
import { constants } from "node:fs";
import { open, realpath } from "node:fs/promises";
import { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";

/** As a manifest: a thousand times what people write. In MiB. */
const mostMebibytes = 16;
const mostBytes = mostMebibytes * 2 ** 20;
/** How soon what comes by a pipe is looked for again, in ms. */
const lookAgainMs = 20;

/** @throws {Error} When it is longer than 16 MiB, or in no encoding that is read; what `signal` has, when it aborts. */
export async function limitedText(source: AsyncIterable<Uint8Array | string>, signal: AbortSignal): Promise<string> {
  const aborted = Promise.withResolvers<never>();
  // Nobody may be waiting when it comes.
  aborted.promise.catch(() => undefined);
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  const parts: Uint8Array[] = [];
  const iterator = source[Symbol.asyncIterator]();
  let isEnded = false;
  try {
    for (let bytes = 0; ; ) {
      const next = await Promise.race([iterator.next(), aborted.promise]);
      if (next.done === true) break;
      const part = Buffer.from(next.value);
      bytes += part.length;
      if (bytes > mostBytes) throw new Error(`it is longer than ${mostMebibytes} MiB, which no manifest is`);
      parts.push(part);
    }
    isEnded = true;
    const bytes = Buffer.concat(parts);
    return new TextDecoder(encodingOf(bytes)).decode(bytes);
  } finally {
    signal.removeEventListener("abort", abort);
    if (!isEnded && source instanceof Readable) source.destroy();
    // Not waited for: what hangs would hang here, too.
    if (!isEnded) void iterator.return?.().catch(() => undefined);
  }
}

/** By its mark, as YAML has it (1.2.2 §5.2): Windows' PowerShell writes UTF-16 into what it sends to a file. */
function encodingOf(bytes: Buffer): "utf-8" | "utf-16le" | "utf-16be" {
  // A manifest begins with letters, and no text has zeros in it (the same section's table): else each would be told as a sign that means nothing.
  const first = bytes.toString("hex", 0, 4);
  if (/^(..00|00|fffe0000)/.test(first))
    throw new Error("it is not UTF-8, but UTF-32 or UTF-16 without its mark: save it as UTF-8");
  switch (bytes.toString("hex", 0, 2)) {
    case "fffe":
      return "utf-16le";
    case "feff":
      return "utf-16be";
    default:
      return "utf-8";
  }
}

/**
 * A file's bytes, also of a pipe with a name. It is never waited for within a system call, which nothing could end: whoever opens a pipe
 * that nobody writes to would stay there, and its process with it.
 */
export async function* fileChunks(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const isPipe = (await file.stat()).isFIFO();
  // One without a name, as of `<(…)`, has had its writer from the first.
  let hadWriter =
    !isPipe ||
    !(await realpath(path).then(
      () => true,
      () => false,
    ));
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead, buffer } = await file.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, null).catch(whatWaits);
    if (bytesRead > 0) yield buffer.subarray(0, bytesRead);
    else if (bytesRead === 0 && hadWriter) return;
    else await wait(lookAgainMs, undefined, { signal });
    hadWriter ||= bytesRead !== 0;
  }
}

/** @returns -1 bytes of what has a writer that has not written yet. */
function whatWaits(error: unknown): { readonly bytesRead: number; readonly buffer: Buffer } {
  if (error instanceof Error && "code" in error && error.code === "EAGAIN")
    return { bytesRead: -1, buffer: Buffer.alloc(0) };
  throw error;
}
