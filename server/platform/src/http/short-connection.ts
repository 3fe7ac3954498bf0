// One connection on which plain GETs are answered, one after the other, until something else comes on it.
import type { Socket } from "node:net";
import type { Burst } from "../wait/burst.ts";
import type { HangUps } from "./hang-ups.ts";
import type { OpenConnections } from "./open-connections.ts";
import { type PlainGet, parsePlainGet } from "./plain-get.ts";
import { type FileSent, stallMs } from "./send-file.ts";

/**
 * What files are answered with (RFC 9110 §15). Those of `node:http` are not imported: that would load all that it leaves until it is asked
 * for, the browser's fetch of 16 MiB with it.
 */
const reasons: ReadonlyMap<number, string> = new Map([
  [200, "OK"],
  [206, "Partial Content"],
  [304, "Not Modified"],
  [412, "Precondition Failed"],
  [416, "Range Not Satisfiable"],
]);

export type ShortAnswer = {
  readonly status: number;
  /** Names and values by turns; the length is among them. */
  readonly headers: readonly string[];
  readonly body: Uint8Array;
  /** Called once, however it ends. */
  readonly onEnd: (sent: FileSent) => void;
};

export type ShortConnectionDeps = {
  readonly connections: Pick<OpenConnections, "begin" | "end">;
  /** What all connections ask. */
  readonly burst: Pick<Burst, "hasTime" | "next">;
  readonly hangUps: Pick<HangUps, "ended">;
  /** How long it may ask nothing. */
  readonly idleMs: number;
  readonly find: (get: PlainGet) => ShortAnswer | undefined | Promise<ShortAnswer | undefined>;
  /** Makes it the HTTP server's, which takes what is emitted on it from then on. */
  readonly handOver: () => void;
};

export class ShortConnection {
  readonly #socket: Socket;
  readonly #deps: ShortConnectionDeps;
  #answer: ShortAnswer | undefined;
  #isWaiting = false;
  /** Its client writes no more. */
  #hasEnded = false;

  constructor(socket: Socket, deps: ShortConnectionDeps) {
    this.#socket = socket;
    this.#deps = deps;
    socket.setTimeout(deps.idleMs);
    socket.on("data", this.#onData).on("end", this.#onEnd).on("timeout", this.#onTimeout);
    socket.on("error", this.#onError).on("close", this.#onClose);
  }

  /** Nothing is being answered: whoever is has its connection paused, or its answer on its way already. */
  readonly #onData = (bytes: Buffer): void => {
    if (this.#deps.burst.hasTime) this.#take(bytes);
    else void this.#after(this.#deps.burst.next(), () => this.#take(bytes));
  };

  #take(bytes: Buffer): void {
    const get = parsePlainGet(bytes);
    const found = get === undefined ? undefined : this.#find(get);
    if (!(found instanceof Promise)) {
      this.#answerWith(found, bytes);
      return;
    }
    void this.#after(
      found.catch(() => undefined),
      (answer) => this.#answerWith(answer, bytes),
      (answer) => answer?.onEnd({ whole: false, fault: undefined, stalledSeconds: undefined }),
    );
  }

  /** What fails here fails in the HTTP server's hands again, where that is told. */
  #find(get: PlainGet): ReturnType<ShortConnectionDeps["find"]> {
    try {
      return this.#deps.find(get);
    } catch {
      return undefined;
    }
  }

  /** It counts as asking while it waits, and nothing else is read of it. */
  async #after<T>(waited: Promise<T>, goOn: (value: T) => void, gone?: (value: T) => void): Promise<void> {
    const { connections } = this.#deps;
    const socket = this.#socket;
    connections.begin(socket);
    socket.pause();
    this.#isWaiting = true;
    const value = await waited;
    this.#isWaiting = false;
    if (socket.destroyed) gone?.(value);
    else {
      socket.resume();
      goOn(value);
      if (this.#hasEnded && !this.#isWaiting) this.#hangUp();
    }
    // Last, so that it is never without a question that is being answered.
    connections.end(socket);
  }

  #answerWith(answer: ShortAnswer | undefined, bytes: Buffer): void {
    if (answer === undefined) this.#handOver(bytes);
    else this.#send(answer);
  }

  #send(answer: ShortAnswer): void {
    const socket = this.#socket;
    this.#answer = answer;
    this.#deps.connections.begin(socket);
    socket.cork();
    socket.write(headOf(answer), "latin1");
    socket.write(answer.body, (error) => error || this.#onWritten(answer));
    socket.uncork();
    // The kernel has it all. What came meanwhile is answered before Node says so.
    if (socket.writableLength === 0) {
      if (socket.errored === null) this.#over(true); // else its close follows
      return;
    }
    // Nothing else is read from whoever does not read.
    socket.pause();
    socket.setTimeout(stallMs);
  }

  /** Of an answer that was not taken at once. */
  #onWritten(answer: ShortAnswer): void {
    if (this.#answer !== answer) return;
    this.#over(true);
    this.#socket.setTimeout(this.#deps.idleMs);
    this.#socket.resume();
  }

  #over(whole: boolean, stalledSeconds?: number): void {
    const answer = this.#answer;
    if (answer === undefined) return;
    this.#answer = undefined;
    this.#deps.connections.end(this.#socket);
    answer.onEnd({ whole, fault: undefined, stalledSeconds });
  }

  /** Of a connection that is paused as well. What it asked for before is still found and sent. */
  readonly #onEnd = (): void => {
    this.#hasEnded = true;
    if (!this.#isWaiting) this.#hangUp();
  };

  #hangUp(): void {
    this.#deps.hangUps.ended(this.#socket, () => this.#socket.destroySoon());
  }

  readonly #onTimeout = (): void => {
    this.#over(false, stallMs / 1000);
    this.#socket.destroy();
  };

  readonly #onError = (): void => {
    // 'close' comes next.
  };

  readonly #onClose = (): void => this.#over(false);

  #handOver(bytes: Buffer): void {
    const socket = this.#socket;
    socket.off("data", this.#onData).off("end", this.#onEnd).off("timeout", this.#onTimeout);
    socket.off("error", this.#onError).off("close", this.#onClose);
    socket.setTimeout(0);
    this.#deps.handOver();
    socket.emit("data", bytes);
    if (!this.#hasEnded) return;
    // From here on it is the server's to end.
    this.#hasEnded = false;
    socket.emit("end");
  }
}

function headOf({ status, headers }: ShortAnswer): string {
  let head = `HTTP/1.1 ${status} ${reasons.get(status) ?? ""}\r\n`;
  for (let at = 0; at < headers.length; at += 2) head += `${headers[at]}: ${headers[at + 1]}\r\n`;
  return `${head}date: ${dateNow()}\r\nconnection: keep-alive\r\n\r\n`;
}

let dateSecond = 0;
let dateText = "";

/** It is put into words once a second. */
function dateNow(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(second * 1000).toUTCString();
  }
  return dateText;
}
