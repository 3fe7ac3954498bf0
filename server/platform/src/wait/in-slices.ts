// Runs work that comes in steps, and lets the event loop go on as often as it has been held for long enough.
import { Breather } from "./breather.ts";

export type Pauses = Pick<Breather, "isDue" | "breathe">;

/** @returns What the steps return. @throws What they throw. */
export async function inSlices<T>(steps: Iterator<unknown, T>, breather: Pauses = new Breather()): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (breather.isDue) await breather.breathe();
  }
}
