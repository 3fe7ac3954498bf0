// The bytes of an image in order, over as many connections as it takes: what broke is taken up where it ended.
import type { IncomingMessage } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { ActionError, sentenceOf } from "../../program/action-error.ts";
import type { ActionLog } from "../../program/action-log.ts";
import { bodyFault, getImage, HttpFault, shown } from "./http-get.ts";
import { nextTry, type RetryRule } from "./retry-rule.ts";

export type DownloadDeps = {
  readonly signal: AbortSignal;
  readonly log: ActionLog;
  readonly rule: RetryRule;
  readonly nowMs: () => number;
};

/** One image's download. `sizeBytes` is known once the first bytes came, if the server says it. */
export class Download {
  sizeBytes: number | undefined;
  receivedBytes = 0;
  /** Whether the server says by itself where the file ends: by its length, or by a last chunk. Else a connection that broke looks like an end. */
  saysItsEnd = false;
  readonly #url: URL;
  readonly #deps: DownloadDeps;
  #validator: string | undefined;
  #failures = 0;
  #lastByteMs: number;

  constructor(url: URL, deps: DownloadDeps) {
    this.#url = url;
    this.#deps = deps;
    this.#lastByteMs = deps.nowMs();
  }

  /**
   * Every byte once, in order.
   * @throws {ActionError} `download` when it is given up; `changed` when the file on the server became another.
   */
  async *chunks(): AsyncGenerator<Uint8Array> {
    while (!this.#isComplete()) {
      try {
        yield* this.#connection();
        if (this.sizeBytes === undefined) return; // without a stated length, the server's end is the end
        if (!this.#isComplete())
          throw new HttpFault(`${shown(this.#url)} ended after ${this.receivedBytes} of ${this.sizeBytes} bytes`, true);
      } catch (error) {
        await this.#waitToRetry(error);
      }
    }
  }

  #isComplete(): boolean {
    return this.sizeBytes !== undefined && this.receivedBytes >= this.sizeBytes;
  }

  async *#connection(): AsyncGenerator<Uint8Array> {
    const { signal } = this.#deps;
    const offset = this.receivedBytes;
    const response = await getImage({ url: this.#url, offset, validator: this.#validator }, signal);
    let skipBytes = this.#accept(response, offset);
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        const fresh = chunk.subarray(Math.min(skipBytes, chunk.length));
        skipBytes -= chunk.length - fresh.length;
        if (fresh.length === 0) continue;
        this.receivedBytes += fresh.length;
        this.#failures = 0;
        this.#lastByteMs = this.#deps.nowMs();
        yield fresh;
      }
    } catch (cause) {
      if (signal.aborted) throw cause;
      throw bodyFault(this.#url, cause);
    }
  }

  /** Checks that the response belongs to what came before. @returns How many of its bytes we have already. */
  #accept(response: IncomingMessage, offset: number): number {
    const { headers } = response;
    const isPart = response.statusCode === 206;
    const isChunked = headers["transfer-encoding"]?.toLowerCase().endsWith("chunked") ?? false; // RFC 9112 §7.1
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers["content-range"] ?? "");
    const size = isPart ? range?.[2] : headers["content-length"];
    const sizeBytes = size === undefined ? undefined : Number(size);
    const validator = validatorOf(headers);
    this.saysItsEnd = sizeBytes !== undefined || isChunked;
    if (offset === 0) {
      this.sizeBytes = sizeBytes;
      this.#validator = validator;
      return 0;
    }
    const isSame = validator === this.#validator && (this.sizeBytes === undefined || sizeBytes === this.sizeBytes);
    const isSurelySame = isSame && (isPart ? Number(range?.[1]) === offset : validator !== undefined);
    if (!isSurelySame) throw this.#changed(response);
    this.sizeBytes = sizeBytes;
    return isPart ? 0 : offset; // the whole file again, from a server without ranges
  }

  #changed(response: IncomingMessage): ActionError {
    response.destroy();
    const sentence = `${shown(this.#url)} cannot be shown to be still the file whose first ${this.receivedBytes} bytes were read`;
    return new ActionError("changed", sentence);
  }

  async #waitToRetry(error: unknown): Promise<void> {
    const { log, rule, signal, nowMs } = this.#deps;
    if (!(error instanceof HttpFault)) throw error;
    this.#failures += 1;
    const isWorthIt = error.isTransient || rule.maxMs !== undefined;
    const waitMs = isWorthIt ? nextTry(rule, this.#failures, nowMs() - this.#lastByteMs) : "give-up";
    if (waitMs === "give-up") {
      const got = `after ${this.receivedBytes} of ${this.sizeBytes ?? "an unknown number of"} bytes`;
      const hint = "Check IMG_URL and the server, and run the workflow again";
      throw new ActionError("download", `The image could not be fetched, ${got}: ${sentenceOf(error)}. ${hint}`);
    }
    log.warn("the download broke and will be taken up again", {
      reason: sentenceOf(error),
      atByte: this.receivedBytes,
      inMs: waitMs,
    });
    await delay(waitMs, undefined, { signal });
  }
}

/** RFC 9110 §13.1.5: only a strong tag, else a date, may guard a range. */
function validatorOf(headers: IncomingMessage["headers"]): string | undefined {
  const tag = headers.etag;
  return tag !== undefined && !tag.startsWith("W/") ? tag : headers["last-modified"];
}
