// A QMP client over one connected stream: commands in, answers and events out.
import { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import { type Patience, within } from "../deadline.ts";
import { LabError } from "../lab-error.ts";
import { encodeCommand, QmpDecoder, type QmpMessage } from "./qmp-codec.ts";

export interface QmpEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Waiter {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class QmpClient {
  readonly #stream: Duplex;
  readonly #waiters = new Map<number, Waiter>();
  readonly #events = new EventEmitter();
  readonly #greeted = Promise.withResolvers<string>();
  #nextId = 1;
  #closed: LabError | undefined;

  constructor(stream: Duplex) {
    this.#stream = stream;
    this.#greeted.promise.catch(() => undefined);
    const decoder = new QmpDecoder();
    stream.on("data", (chunk: Buffer) => this.#read(decoder, chunk));
    stream.on("error", (cause) => this.#close(new LabError("qmp-failed", `QMP failed: ${cause.message}`, { cause })));
    stream.on("close", () => this.#close(new LabError("qmp-failed", "QEMU closed its QMP socket")));
  }

  /** Waits for QEMU's greeting and leaves negotiation mode. @returns QEMU's version. */
  async ready(patience: Patience): Promise<string> {
    const version = await within("QEMU's QMP greeting", patience, () => this.#greeted.promise);
    await this.execute("qmp_capabilities", {}, patience);
    return version;
  }

  /** Runs one command. @throws {LabError} `qmp-failed` with QEMU's words, `timeout` or `aborted`. */
  execute(command: string, args: Readonly<Record<string, unknown>>, patience: Patience): Promise<unknown> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    const id = this.#nextId++;
    return within(`QEMU's answer to ${command}`, patience, async () => {
      const answer = Promise.withResolvers<unknown>();
      this.#waiters.set(id, answer);
      this.#stream.write(encodeCommand(id, command, args));
      return answer.promise;
    }).finally(() => this.#waiters.delete(id));
  }

  /** Calls back on each event until the returned function is called. */
  onEvent(listener: (event: QmpEvent) => void): () => void {
    this.#events.on("event", listener);
    return () => this.#events.off("event", listener);
  }

  #read(decoder: QmpDecoder, chunk: Buffer): void {
    try {
      for (const message of decoder.push(chunk)) this.#take(message);
    } catch (error) {
      this.#stream.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #take(message: QmpMessage): void {
    switch (message.kind) {
      case "greeting":
        this.#greeted.resolve(message.version);
        break;
      case "event":
        this.#events.emit("event", { event: message.event, data: message.data });
        break;
      case "return":
        this.#waiters.get(message.id)?.resolve(message.value);
        break;
      case "error": {
        const error = new LabError("qmp-failed", `QEMU refused a command: ${message.description}`);
        if (message.id !== undefined) this.#waiters.get(message.id)?.reject(error);
      }
    }
  }

  #close(error: LabError): void {
    this.#closed ??= error;
    this.#greeted.reject(error);
    for (const waiter of this.#waiters.values()) waiter.reject(error);
    this.#waiters.clear();
  }
}
