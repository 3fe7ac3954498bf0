// All workers of a hall, which wait, and what they are told.
import { setTimeout as delay } from "node:timers/promises";
import { machineAt } from "../workers/machine.ts";
import { type Contestant, writers } from "./contestants.ts";
import { WaitingWorker } from "./waiting-worker.ts";

const stepMs = 20;
const toldWithinMs = 30_000;

export class WaitingHall {
  readonly #contestant: Pick<Contestant, "port" | "wait" | "give">;
  readonly #workers: WaitingWorker[] = [];
  readonly #expected = new Map<number, () => void>();
  #given = 0;
  #broken = 0;
  #misled = 0;

  constructor(contestant: Pick<Contestant, "port" | "wait" | "give">) {
    this.#contestant = contestant;
  }

  /** Connections that ended without having been closed here. */
  get broken(): number {
    return this.#broken;
  }

  /** How often a worker was told of what was another's, or of nothing that it had been given. */
  get misled(): number {
    return this.#misled;
  }

  /** Resolves when each has been let in. */
  async connect(count: number, perSecond: number): Promise<void> {
    const perStep = Math.max(1, Math.round((perSecond * stepMs) / 1000));
    const fromMs = performance.now();
    for (let index = 0; index < count; index++) {
      this.#workers.push(this.#worker(index));
      const dueMs = fromMs + ((index + 1) / perStep) * stepMs;
      if ((index + 1) % perStep === 0) await delay(Math.max(0, dueMs - performance.now()));
    }
    for (const worker of this.#workers) while (!(await worker.opened)) await delay(stepMs);
  }

  /**
   * Gives so many workers something to do, those who have had nothing yet.
   * @param atOnce How many are under way at a time, each behind at most `writers` others.
   * @returns How long it took from each order to its worker.
   */
  async give(count: number, atOnce: number): Promise<number[]> {
    const tookMs: number[] = [];
    const left = Array.from({ length: count }, () => this.#next());
    const giveSome = async (_: unknown, writer: number): Promise<void> => {
      for (let index = left.pop(); index !== undefined; index = left.pop()) {
        const told = this.#told(index);
        const fromMs = performance.now();
        const atWorker = told.then(() => void tookMs.push(performance.now() - fromMs));
        await this.#contestant.give(index, writer);
        if (atOnce === 1) await atWorker;
        else under.push(atWorker);
      }
    };
    const under: Promise<void>[] = [];
    await Promise.all(Array.from({ length: Math.min(atOnce, writers) }, giveSome));
    await Promise.all(under);
    return tookMs;
  }

  close(): void {
    for (const worker of this.#workers) worker.stop();
  }

  #worker(index: number): WaitingWorker {
    const { port, wait } = this.#contestant;
    const told = (whose: number): void => {
      const expected = whose === index ? this.#expected.get(index) : undefined;
      this.#expected.delete(index);
      if (expected === undefined) this.#misled += 1;
      else expected();
    };
    return new WaitingWorker({
      ...{ port, address: machineAt(index).address },
      wait: (connection) => wait(connection, index, told),
      onBroken: () => {
        this.#broken += 1;
      },
    });
  }

  /** Spread over the hall. */
  #next(): number {
    const step = 7919; // a prime: no worker twice before all have had their turn
    return (this.#given++ * step) % this.#workers.length;
  }

  /** Resolves when worker `index` was told. */
  async #told(index: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(
      () => reject(new Error(`worker ${index} was not told within ${toldWithinMs} ms`)),
      toldWithinMs,
    );
    this.#expected.set(index, resolve);
    await promise;
    clearTimeout(timer);
  }
}
