// Counts, for each stage, how long it took those whom it was granted, and why the others ended there.
import { type Stage, type StageResult, stages } from "./storm-order.ts";

interface Counts {
  readonly ms: number[];
  repeats: number;
  readonly failures: Map<string, number>;
}

export class StageTally {
  readonly #counts = new Map<Stage, Counts>(
    stages.map((stage) => [stage, { ms: [], repeats: 0, failures: new Map() }]),
  );

  /** @param work Calls what it is given for each repetition. */
  async time<Result>(stage: Stage, work: (repeated: () => void) => Promise<Result>): Promise<Result> {
    const counts = this.#of(stage);
    const fromMs = performance.now();
    try {
      const result = await work(() => {
        counts.repeats += 1;
      });
      counts.ms.push(performance.now() - fromMs);
      return result;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      counts.failures.set(reason, (counts.failures.get(reason) ?? 0) + 1);
      throw error;
    }
  }

  results(): Record<Stage, StageResult> {
    const entries = stages.map((stage) => [stage, resultOf(this.#of(stage))]);
    return Object.fromEntries(entries) as Record<Stage, StageResult>; // each of the stages is in it
  }

  #of(stage: Stage): Counts {
    const counts = this.#counts.get(stage);
    if (counts === undefined) throw new Error(`${stage} is no stage`);
    return counts;
  }
}

function resultOf({ ms, repeats, failures }: Counts): StageResult {
  const sorted = Float64Array.from(ms).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return {
    served: ms.length,
    ms: { p50: at(0.5), p99: at(0.99), most: at(1) },
    repeats,
    failures: Object.fromEntries(failures),
  };
}
