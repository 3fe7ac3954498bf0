// Splits bytes into runs of data and runs of zeros.

/** `offset` is that on the disk. */
export type Run = { readonly isZero: boolean; readonly offset: number; readonly lengthBytes: number };

/** Finer would find more zeros, and cost more calls to write what is between them. */
const grainBytes = 64 << 10;
const zeroGrain = Buffer.alloc(grainBytes);

/** Neighbouring runs differ in kind; together they are all of `bytes`, in order. */
export function findRuns(bytes: Buffer, offset: number): Run[] {
  const runs: Run[] = [];
  for (let at = 0; at < bytes.length; at += grainBytes) {
    const grain = bytes.subarray(at, at + grainBytes);
    const isZero = grain.equals(grain.length === grainBytes ? zeroGrain : zeroGrain.subarray(0, grain.length));
    const last = runs.at(-1);
    if (last?.isZero === isZero) runs[runs.length - 1] = { ...last, lengthBytes: last.lengthBytes + grain.length };
    else runs.push({ isZero, offset: offset + at, lengthBytes: grain.length });
  }
  return runs;
}
