// Answers GET and HEAD with a file: ranges, entity tag, length, in large pieces that nobody waits for longer than its reader takes.
import type { ServerResponse } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { FileFault } from "../files/open-plain-file.ts";
import type { ServedFile } from "../files/served-file.ts";
import { Turns } from "../wait/turns.ts";
import { onAnswerOver } from "./answer-over.ts";
import type { ByteSpan } from "./byte-range.ts";
import { contentAnswer } from "./content-answer.ts";

/** What became of the answer, once it is over. */
export interface FileSent {
  /** False when the machine went away before the end, or the file could not be read to it. */
  readonly whole: boolean;
  /** What was wrong with the file, where that is why. */
  readonly fault: FileFault | undefined;
  /** For how long the client took nothing, where it was cut off for that. */
  readonly stalledSeconds: number | undefined;
}

export interface FileAnswer {
  readonly file: ServedFile;
  readonly mediaType: string;
  /** Instead of the file's own. */
  readonly etag?: string;
  /** Besides: names and values by turns. */
  readonly headers?: readonly string[];
}

/** Pieces of all downloads together: libuv sends on what sockets can take by the thousand in one go, in which nobody else is seen to. */
const piecesTogetherBytes = 1 << 26;
const largestPieceBytes = 1 << 20;
const smallestPieceBytes = 1 << 17;
/** An answer of so much is sent at once, out of turn. */
export const momentBytes = 1 << 16;
/** As nginx: not one byte was taken in that time. */
export const stallMs = 60_000;

/** Of one server's downloads together. */
export class FileSender {
  /** Between two slices of them packets and new connections are seen to. */
  readonly #turns = new Turns();
  readonly #stallMs: number;
  #running = 0;

  constructor(mostStalledMs = stallMs) {
    this.#stallMs = mostStalledMs;
  }

  #pieceBytes(leftBytes: number): number {
    const share = Math.floor(piecesTogetherBytes / (this.#running + 1));
    return Math.min(leftBytes, Math.max(smallestPieceBytes, Math.min(largestPieceBytes, share)));
  }

  /**
   * Closes the file however the answer ends.
   * @param onEnd Called once, for an answer with a body of the file's only.
   * @returns A fault when the file could not be read at all: nothing has been answered then.
   */
  async send(
    request: FastifyRequest,
    reply: FastifyReply,
    { file, mediaType, etag = file.version.etag, headers }: FileAnswer,
    onEnd: (sent: FileSent) => void,
  ): Promise<FileFault | undefined> {
    const { sizeBytes, lastModified } = file.version;
    const answer = contentAnswer(request.raw, { sizeBytes, lastModified, mediaType, etag });
    const { span } = answer;
    const first = span && (await file.read(span.first, this.#pieceBytes(span.last + 1 - span.first)));
    if (first !== undefined && "reason" in first) {
      file.close();
      return first;
    }
    // What is more than a moment's work goes in turns from its first piece on: a hall asks at once.
    if (span !== undefined && span.last - span.first >= momentBytes) await this.#turns.next();
    reply.hijack();
    const { raw } = reply;
    if (headers !== undefined) answer.headers.push(...headers);
    if (!raw.destroyed) raw.writeHead(answer.status, answer.headers);
    if (first !== undefined && span !== undefined) {
      this.#running += 1;
      const [turns, stallMs] = [this.#turns, this.#stallMs];
      const pieceBytes = (leftBytes: number): number => this.#pieceBytes(leftBytes);
      new Sending({ raw, file, turns, stallMs, pieceBytes }, span, (sent) => {
        this.#running -= 1;
        onEnd(sent);
      }).begin(first);
    } else {
      file.close();
      raw.end(answer.text);
    }
    return undefined;
  }
}

type SendingDeps = {
  readonly raw: ServerResponse;
  readonly file: ServedFile;
  readonly turns: Turns;
  readonly stallMs: number;
  readonly pieceBytes: (leftBytes: number) => number;
};

class Sending {
  readonly #deps: SendingDeps;
  readonly #last: number;
  #at: number;
  #fault: FileFault | undefined;
  #isStalled = false;

  constructor(deps: SendingDeps, { first, last }: ByteSpan, onEnd: (sent: FileSent) => void) {
    const { raw, file, stallMs } = deps;
    this.#deps = deps;
    this.#at = first;
    this.#last = last;
    onAnswerOver(raw, () => {
      file.close();
      const whole = raw.writableFinished && this.#fault === undefined;
      const stalledSeconds = this.#isStalled ? stallMs / 1000 : undefined;
      onEnd({ whole, fault: this.#fault, stalledSeconds });
    });
  }

  begin(bytes: Uint8Array): void {
    this.#send(bytes);
    // What went out at once has nobody to wait for.
    if (this.#deps.raw.writableEnded && this.#deps.raw.socket?.writableLength === 0) return;
    // Node tells of no byte that went out in that time, not of a piece that did not go out whole.
    this.#deps.raw.setTimeout(this.#deps.stallMs, () => {
      this.#isStalled = true;
      this.#deps.raw.destroy();
    });
  }

  #send(bytes: Uint8Array): void {
    this.#at += bytes.length;
    if (this.#at > this.#last) this.#deps.raw.end(bytes);
    else this.#deps.raw.write(bytes, (error) => error || this.#deps.turns.run(() => this.#goOn()));
  }

  #goOn(): void {
    if (this.#deps.raw.destroyed) return;
    const bytes = this.#deps.file.read(this.#at, this.#deps.pieceBytes(this.#last + 1 - this.#at));
    if (bytes instanceof Promise) void bytes.then((read) => this.#take(read));
    else this.#take(bytes);
  }

  #take(bytes: Uint8Array | FileFault): void {
    if (!("reason" in bytes)) {
      if (!this.#deps.raw.destroyed) this.#send(bytes);
      return;
    }
    this.#fault = bytes;
    // The length is promised: only a broken connection can say that this is not all.
    this.#deps.raw.destroy();
  }
}
