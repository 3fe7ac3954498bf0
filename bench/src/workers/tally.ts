// Counts what the simulated machines do: actions, latencies, and calls that did not go well.

import type { GrpcAnswer } from "@neverland/paper-rack/worker/grpc-call.ts";
import { percentile } from "../figures/percentile.ts";
import type { LoadResult } from "./load-order.ts";

export class Tally {
  readonly #askMs: number[] = [];
  readonly #writeMs: number[] = [];
  readonly #failures = new Map<string, number>();
  readonly #startMs = performance.now();
  readonly #startCpu = process.cpuUsage();
  #actions = 0;
  #endMs = 0;

  ask(call: () => Promise<GrpcAnswer>): Promise<GrpcAnswer> {
    return this.#time(call, this.#askMs);
  }

  write(call: () => Promise<GrpcAnswer>): Promise<GrpcAnswer> {
    return this.#time(call, this.#writeMs);
  }

  done(): void {
    this.#actions += 1;
    this.#endMs = performance.now();
  }

  result(): LoadResult {
    const { user, system } = process.cpuUsage(this.#startCpu);
    return {
      actionsDone: this.#actions,
      failures: Object.fromEntries(this.#failures),
      tookMs: this.#endMs - this.#startMs,
      writeMs: figures(this.#writeMs),
      askMs: figures(this.#askMs),
      cpuMs: (user + system) / 1000,
    };
  }

  async #time(call: () => Promise<GrpcAnswer>, into: number[]): Promise<GrpcAnswer> {
    const fromMs = performance.now();
    const answer = await call();
    into.push(performance.now() - fromMs);
    if (answer.status !== 0) {
      const name = answer.status < 0 ? "broken" : `status ${answer.status}`;
      this.#failures.set(name, (this.#failures.get(name) ?? 0) + 1);
    }
    return answer;
  }
}

function figures(values: readonly number[]): { p50: number; p99: number } {
  return { p50: percentile(values, 0.5), p99: percentile(values, 0.99) };
}
