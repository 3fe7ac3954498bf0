// Counts, for each stage, how long it took those whom it was granted, and why the others ended there.
import { type Stage, type StageResult, type StageTook, stages } from "./storm-order.ts";

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
    const fromMs = performance.now();
    let repeats = 0;
    const took = (failure?: string) =>
      this.note({ stage, ms: performance.now() - fromMs, repeats, ...(failure === undefined ? {} : { failure }) });
    try {
      const result = await work(() => {
        repeats += 1;
      });
      took();
      return result;
    } catch (error) {
      took(error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  note({ stage, ms, repeats, failure }: StageTook): void {
    const counts = this.#of(stage);
    counts.repeats += repeats;
    if (failure === undefined) counts.ms.push(ms);
    else counts.failures.set(failure, (counts.failures.get(failure) ?? 0) + 1);
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
