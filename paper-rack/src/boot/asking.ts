// How firmware asks: again after one, two and four seconds, and once more, longer.
import type { Clock } from "@neverland/platform/time/clock.ts";
import { BootError } from "./boot-error.ts";

const patienceMs = [1000, 2000, 4000, 8000] as const;

export interface AskingDeps {
  readonly clock: Pick<Clock, "nowMs" | "after">;
  /** Called before each repetition. */
  readonly repeated: () => void;
  /** No answer came, however often it was asked. */
  readonly silent: (error: BootError) => void;
}

interface Question {
  readonly what: string;
  readonly send: () => void;
  turn: number;
  dueMs: number;
}

/** What one machine asks, one question at a time. */
export class Asking {
  readonly #deps: AskingDeps;
  #question: Question | undefined;
  #timer: { readonly atMs: number; readonly stop: () => void } | undefined;

  constructor(deps: AskingDeps) {
    this.#deps = deps;
  }

  /** Instead of what was asked before. @param what Completes "no answer to …". @param send Sends it, the same each time. */
  ask(what: string, send: () => void): void {
    this.#question = { what, send, turn: 0, dueMs: this.#deps.clock.nowMs() + patienceMs[0] };
    send();
    this.#waitFor(this.#question);
  }

  /** Sends it at once and beside its times: what came shows that it was lost. */
  again(): void {
    this.#deps.repeated();
    this.#question?.send();
  }

  end(): void {
    this.#question = undefined;
    this.#timer?.stop();
    this.#timer = undefined;
  }

  /** A timer that runs already is left until it ends, though each answer puts it off: it looks again then. */
  #waitFor({ dueMs }: Question): void {
    if (this.#timer !== undefined && this.#timer.atMs <= dueMs) return;
    this.#timer?.stop();
    const { clock } = this.#deps;
    this.#timer = { atMs: dueMs, stop: clock.after(dueMs - clock.nowMs(), () => this.#wake()) };
  }

  #wake(): void {
    this.#timer = undefined;
    const question = this.#question;
    if (question === undefined) return;
    if (this.#deps.clock.nowMs() >= question.dueMs) {
      const nextMs = patienceMs[question.turn + 1];
      if (nextMs === undefined) {
        this.#question = undefined;
        this.#deps.silent(
          new BootError("gone-silent", `no answer to ${question.what}, asked ${patienceMs.length} times`),
        );
        return;
      }
      question.turn += 1;
      question.dueMs = this.#deps.clock.nowMs() + nextMs;
      this.again();
    }
    this.#waitFor(question);
  }
}
