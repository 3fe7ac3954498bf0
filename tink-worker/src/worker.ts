// The worker's life: finish what an earlier one began, then ask for actions, run them, and report until the server knows.

import type { Action } from "./action.ts";
import type { ActionRunner, Clock } from "./action-runner.ts";
import type { Backoff, Pause } from "./backoff.ts";
import type { InFlight, Journal } from "./journal.ts";
import type { Log, LogFields } from "./log.ts";
import type { Outcome } from "./outcome.ts";
import type { Power, PowerWish } from "./power.ts";
import type { ServerPort } from "./server/server-port.ts";
import { sentenceOf } from "./worker-error.ts";

export type WorkerDeps = {
  readonly server: ServerPort;
  readonly runner: Pick<ActionRunner, "run" | "resume" | "clean" | "cleanOthers">;
  readonly journal: Pick<Journal, "inFlight" | "record" | "settle" | "completed">;
  readonly power: Power;
  readonly clock: Clock;
  readonly pause: Pause;
  readonly log: Log;
  /** Ceiling of the pause between two questions to an idle or absent server. */
  readonly maxPollMs: number;
};

/** A server that answered "nothing" after this long was waiting for work itself: it is asked again at once. */
const longPollMs = 5000;
const reportBackoff: Backoff = { baseMs: 500, factor: 2, maxMs: 15_000 };
/** How long a machine may take to go down once it was told to. */
const powerPatience: Backoff = { baseMs: 300_000, factor: 1, maxMs: 300_000 };

export class Worker {
  readonly #deps: WorkerDeps;

  constructor(deps: WorkerDeps) {
    this.#deps = deps;
  }

  /** Works until the signal aborts, then rejects with its reason; a running container goes on. */
  async run(signal: AbortSignal): Promise<never> {
    await this.#recover(signal);
    const backoff = { baseMs: 500, factor: 1.5, maxMs: this.#deps.maxPollMs };
    for (let idle = 0; ; ) {
      signal.throwIfAborted();
      idle = (await this.#once(signal)) ? 0 : idle + 1;
      if (idle > 0) await this.#deps.pause(backoff, idle, signal);
    }
  }

  async #recover(signal: AbortSignal): Promise<void> {
    const { journal, runner, power, log } = this.#deps;
    const { inFlight } = journal;
    for (const id of await runner.cleanOthers(inFlight?.action))
      log("container-removed", { container: id, reason: "left by an earlier life" });
    if (inFlight === undefined) return power.forget();
    log("action-resumed", { ...fieldsOf(inFlight.action), phase: inFlight.phase });
    await this.#goOn(inFlight, signal);
  }

  async #goOn(inFlight: InFlight, signal: AbortSignal): Promise<void> {
    switch (inFlight.phase) {
      case "started": {
        const outcome = await this.#deps.runner.resume(inFlight, signal);
        if (outcome === undefined) return this.#deps.journal.settle(); // the server hands it out again
        return this.#finish(inFlight.action, outcome, signal);
      }
      case "finished":
        return this.#finish(inFlight.action, inFlight.outcome, signal);
      case "acknowledged":
        return this.#settle(inFlight.action, inFlight.outcome, signal);
    }
  }

  /** Whether to ask again without a pause. */
  async #once(signal: AbortSignal): Promise<boolean> {
    const { server, clock, journal, log } = this.#deps;
    const askedMs = clock.uptimeMs();
    const next = await server.nextAction(signal);
    if (next.kind === "failed") log("server-unreachable", { reason: next.why });
    if (next.kind === "nothing" && next.say !== undefined) log("no-action", { reason: next.say });
    if (next.kind !== "action") return next.kind === "nothing" && clock.uptimeMs() - askedMs > longPollMs;
    const known = journal.completed(next.action);
    if (known === undefined) return this.#perform(next.action, signal);
    log("action-reported-again", { ...fieldsOf(next.action), reason: "it was handed out again although it has run" });
    await server.reportOutcome(next.action, known, signal);
    return false;
  }

  async #perform(action: Action, signal: AbortSignal): Promise<boolean> {
    const { server, runner, journal, clock, log } = this.#deps;
    const startMs = clock.nowMs();
    const running = await server.reportRunning(action, startMs, signal);
    if (running.kind !== "acknowledged") {
      log("action-not-started", { ...fieldsOf(action), reason: running.why });
      return false;
    }
    log("action-started", { ...fieldsOf(action), image: action.image });
    const outcome = await runner.run(action, startMs, (started) => journal.record(started), signal);
    await this.#finish(action, outcome, signal);
    return true;
  }

  async #finish(action: Action, outcome: Outcome, signal: AbortSignal): Promise<void> {
    const { journal, runner, log } = this.#deps;
    journal.record({ phase: "finished", action, outcome });
    log("action-ended", {
      ...fieldsOf(action),
      outcome: outcome.state,
      durationMs: Math.round(outcome.stopMs - outcome.startMs),
      message: outcome.message,
    });
    await runner
      .clean(action)
      .catch((error: unknown) => log("container-not-removed", { ...fieldsOf(action), reason: sentenceOf(error) }));
    if (await this.#deliver(action, outcome, signal)) {
      journal.record({ phase: "acknowledged", action, outcome });
      return this.#settle(action, outcome, signal);
    }
    this.#deps.power.forget();
    journal.settle({ action, outcome });
  }

  /** Reports for as long as it takes; `false` when the server does not want to know. */
  async #deliver(action: Action, outcome: Outcome, signal: AbortSignal): Promise<boolean> {
    for (let failures = 1; ; failures++) {
      const result = await this.#deps.server.reportOutcome(action, outcome, signal);
      if (result.kind === "acknowledged") return true;
      this.#deps.log(result.kind === "refused" ? "report-refused" : "report-failed", {
        ...fieldsOf(action),
        reason: result.why,
        failures,
      });
      if (result.kind === "refused") return false;
      await this.#deps.pause(reportBackoff, failures, signal);
    }
  }

  /** The server knows: now the machine may go down. */
  async #settle(action: Action, outcome: Outcome, signal: AbortSignal): Promise<void> {
    const { power, journal } = this.#deps;
    const wish = outcome.state === "SUCCESS" ? power.wish() : undefined;
    if (wish !== undefined) await this.#goDown(wish, action, signal);
    power.forget();
    journal.settle({ action, outcome });
  }

  async #goDown(wish: PowerWish, action: Action, signal: AbortSignal): Promise<void> {
    const { power, log, pause } = this.#deps;
    const attempts: readonly PowerWish[] = wish === "kexec" ? ["kexec", "reboot"] : ["reboot"]; // the installed system boots either way
    for (const attempt of attempts) {
      log("machine-goes-down", { ...fieldsOf(action), by: attempt });
      try {
        power.fulfil(attempt);
        await pause(powerPatience, 1, signal);
        log("machine-still-up", { ...fieldsOf(action), by: attempt });
      } catch (error) {
        signal.throwIfAborted();
        log("machine-still-up", { ...fieldsOf(action), by: attempt, reason: sentenceOf(error) });
      }
    }
  }
}

function fieldsOf({ workflowId, actionId, name }: Action): LogFields {
  return { workflow: workflowId, actionId, action: name };
}
