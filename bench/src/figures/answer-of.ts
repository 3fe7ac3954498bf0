// What a process that plays many clients answers to its order.
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** Sends the order where there is one. @throws {Error} When the process ends before it answers; an `AbortError` when the time is over. */
export async function answerOf<Answer>(
  child: ChildProcess,
  order: object | undefined,
  timeoutMs: number,
): Promise<Answer> {
  const over = AbortSignal.timeout(timeoutMs);
  const ended = new AbortController();
  const endedEarly = async (): Promise<never> => {
    const [code] = await once(child, "exit", { signal: ended.signal });
    throw new Error(`${child.spawnargs.at(-1)} ended with ${code} before it answered`);
  };
  try {
    const answer = once(child, "message", { signal: over });
    if (order !== undefined) child.send(order);
    const [result] = await Promise.race([answer, endedEarly()]);
    return result;
  } finally {
    ended.abort();
  }
}
