// Has the machines of a hall ask again and again, in a thread of their own: the one that wants to know may be busy.
import { Worker } from "node:worker_threads";
import type { Answers } from "./hall-asker.ts";
import type { Hall } from "./loopback-hall.ts";

export interface Asking {
  /** Every kind has been answered `times` times. */
  answered(times: number): Promise<void>;
  /** Ends it when what was asked last is answered. */
  stop(): Promise<Answers>;
  /** Ends it at once. */
  abandon(): Promise<unknown>;
}

export function askAsHall(hall: Hall): Asking {
  const worker = new Worker(new URL("./hall-asker.ts", import.meta.url), { workerData: hall });
  let seen: Answers = { dhcp: [], tftp: [], http: [] };
  let news = Promise.withResolvers<void>();
  worker.on("message", (answers: Answers) => {
    seen = answers;
    news.resolve();
    news = Promise.withResolvers<void>();
  });
  worker.on("error", (error) => {
    // Who waits hears of it.
    news.promise.catch(() => undefined);
    news.reject(error);
  });
  return {
    async answered(times) {
      while (Object.values(seen).some(({ length }) => length < times)) await news.promise;
    },
    async stop() {
      worker.postMessage("stop");
      await new Promise((resolve) => worker.once("exit", resolve));
      return seen;
    },
    abandon: () => worker.terminate(),
  };
}
