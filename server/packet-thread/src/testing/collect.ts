// Collects memory now, and puts other things where it was.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const gc: () => void = runInNewContext("gc");

/** In the thread that calls it. */
export function collect(): void {
  gc();
  litter.splice(0);
  for (const sizeBytes of [9000, 70_000, 2 ** 18, 2 ** 20])
    for (let left = 2 ** 21; left > 0; left -= sizeBytes) litter.push(new Uint8Array(sizeBytes).fill(0xee));
}

/** What would be found in place of what was freed. */
const litter: Uint8Array[] = [];
