// For tests whose moments are random: the same again with the seed that a run printed.
import type { TestContext } from "node:test";

/**
 * Numbers from 0 to under 1. `SEED=123 node tools/src/run-tests.ts FILE` gives those of the run that printed SEED=123; what else
 * the machine does at these moments is its own.
 */
export function seededRandom(t: Pick<TestContext, "diagnostic">): () => number {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
  t.diagnostic(`SEED=${seed}`);
  return mulberry32(seed);
}

/** Small, and the same everywhere (Tommy Ettinger's Mulberry32, public domain). */
export function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
