// Datagrams as a test writes them, sent from a network namespace, and the answers to them.
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Namespace, spawnInside } from "../network-namespace.ts";

export interface DatagramOrder {
  /** Names the socket that sends it; each has a port of its own. */
  readonly from: string;
  /** Of a new socket; any without. */
  readonly port?: number;
  readonly hex: string;
  readonly toAddress: string;
  readonly toPort: number;
}

export interface DatagramAnswer {
  /** The name of the socket that it came to. */
  readonly to: string;
  /** Of who sent it. */
  readonly port: number;
  readonly bytes: Buffer;
}

export interface Datagrams {
  readonly answers: readonly DatagramAnswer[];
  send(order: DatagramOrder): void;
  /** The first that matches, past or to come. Rejects after ten seconds. */
  answer(what: string, matches: (answer: DatagramAnswer) => boolean): Promise<DatagramAnswer>;
  close(): Promise<void>;
}

const timeoutMs = 10_000;

export function openDatagrams(namespace: Namespace): Datagrams {
  const program = fileURLToPath(new URL("./datagrams-process.ts", import.meta.url));
  const child = spawnInside(namespace, [process.execPath, "--disable-warning=ExperimentalWarning", program]);
  child.stderr.pipe(process.stderr);
  const answers: DatagramAnswer[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { to, port, hex } = JSON.parse(line) as { to: string; port: number; hex: string }; // our own program's
    answers.push({ to, port, bytes: Buffer.from(hex, "hex") });
    for (const look of waiting) look();
  });
  return {
    answers,
    send: (order) => void child.stdin.write(`${JSON.stringify(order)}\n`),
    answer(what, matches) {
      const { promise, resolve, reject } = Promise.withResolvers<DatagramAnswer>();
      const look = (): void => {
        const found = answers.find(matches);
        if (found !== undefined) resolve(found);
      };
      const timer = setTimeout(() => reject(new Error(`${what}: no answer within ${timeoutMs} ms`)), timeoutMs);
      waiting.add(look);
      look();
      return promise.finally(() => {
        clearTimeout(timer);
        waiting.delete(look);
      });
    },
    async close() {
      const ended = new Promise((resolve) => child.once("close", resolve));
      child.stdin.end();
      await ended;
    },
  };
}
