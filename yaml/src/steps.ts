// Work that stops on its way, so that whoever runs it can let others go on in between.

/** Each step is short; what comes of the work is returned. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** For who has nobody waiting. */
export function inOneGo<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
