// A worker that has nothing to do, on a connection of its own: it waits, and when its wait is over or its connection broke, it waits again.
import { setTimeout as delay } from "node:timers/promises";
import { GrpcConnection } from "../store/grpc-connection.ts";

export type WorkerOptions = {
  readonly port: number;
  /** Its machine's own. */
  readonly address: string;
  /** Resolves when it is to be asked again, or the connection has ended. */
  readonly wait: (connection: GrpcConnection) => Promise<void>;
  /** The connection ended, and the worker had not closed it. */
  readonly onBroken: () => void;
};

/** As upstream's agent does when there was nothing for it. */
const againMs = 500;

export class WaitingWorker {
  readonly #options: WorkerOptions;
  #connection: GrpcConnection;
  #isOver = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#connection = this.#connect();
    void this.#goOn();
  }

  /** Resolves when it has been let in; `false` when it was not, and tries again. */
  get opened(): Promise<boolean> {
    return this.#connection.opened;
  }

  stop(): void {
    this.#isOver = true;
    this.#connection.close();
  }

  async #goOn(): Promise<void> {
    while (!this.#isOver) {
      await this.#options.wait(this.#connection);
      await delay(againMs);
    }
  }

  #connect(): GrpcConnection {
    const { port, address, onBroken } = this.#options;
    const connection = new GrpcConnection(port, address);
    void connection.closed.then(() => {
      if (this.#isOver) return;
      onBroken();
      this.#connection = this.#connect();
    });
    return connection;
  }
}
