// How firmware asks: again after one, two and four seconds, and once more, longer.
import { BootError } from "./boot-error.ts";

const patienceMs = [1000, 2000, 4000, 8000];

export interface Repeating<Answer> {
  /** Sends the question, the same each time. */
  readonly ask: () => void;
  /** Hands over what takes the answer; only its first call counts. */
  readonly onAnswer: (answered: (answer: Answer) => void, failed: (error: Error) => void) => void;
  /** Called before each repetition. */
  readonly repeated: () => void;
  /** Completes "no answer to …". */
  readonly what: string;
}

/** @throws {BootError} `gone-silent` when no answer came; the signal's reason when it aborts. */
export async function askRepeatedly<Answer>(
  { ask, onAnswer, repeated, what }: Repeating<Answer>,
  signal: AbortSignal,
): Promise<Answer> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const giveUp = () => reject(signal.reason);
  signal.addEventListener("abort", giveUp, { once: true });
  let timer: NodeJS.Timeout | undefined;
  const wait = (turn: number) => {
    timer = setTimeout(() => {
      if (turn + 1 === patienceMs.length)
        return reject(new BootError("gone-silent", `no answer to ${what}, asked ${patienceMs.length} times`));
      repeated();
      ask();
      wait(turn + 1);
    }, patienceMs[turn]);
  };
  onAnswer(resolve, reject);
  ask();
  wait(0);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
  }
}
