// One action from its image to its outcome. Its container outlives the worker; an earlier life's container is taken over.

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Action, actionKey } from "./action.ts";
import type { ContainerExit, ContainerRuntime, RunningContainer } from "./container/container-runtime.ts";
import { deadlineSignal, TimeoutReached } from "./deadline.ts";
import type { ImagePuller } from "./images/image-puller.ts";
import type { InFlight } from "./journal.ts";
import { ActionLog } from "./logs/action-log.ts";
import type { LogLine } from "./logs/log-line.ts";
import { LogShipper } from "./logs/log-shipper.ts";
import { exitSentence, failedOutcome, formatDuration, type Outcome, outcomeMessage } from "./outcome.ts";
import type { ServerPort } from "./server/server-port.ts";
import { StopRequested, watchForStop } from "./stop-watch.ts";
import { inPlaceOfWaitdaemon } from "./waitdaemon.ts";

export type Clock = {
  /** Unix time, which jumps when NTP sets it. */
  readonly nowMs: () => number;
  /** Since boot; survives the worker and never jumps. */
  readonly uptimeMs: () => number;
  readonly bootId: () => string;
};

export type ActionRunnerDeps = {
  readonly runtime: ContainerRuntime;
  readonly images: Pick<ImagePuller, "pull">;
  readonly server: Pick<ServerPort, "sendLogs" | "awaitStop">;
  readonly clock: Clock;
  readonly stateDir: string;
  readonly print: (action: Action, line: LogLine) => void;
  readonly pauseLogs: (failures: number, signal: AbortSignal) => Promise<void>;
};

type Started = InFlight & { phase: "started" };

const termGraceMs = 5000;
const killGraceMs = 10_000;
const logGraceMs = 2000;

export class ActionRunner {
  readonly #deps: ActionRunnerDeps;

  constructor(deps: ActionRunnerDeps) {
    this.#deps = deps;
  }

  /**
   * Pulls and runs. `aboutToStart` is called right before a container may come to be.
   * @param signal Stops the worker, not the container: what was started goes on, and the promise rejects with the reason.
   */
  async run(
    action: Action,
    startMs: number,
    aboutToStart: (started: Started) => void,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { clock } = this.#deps;
    const started: Started = {
      phase: "started",
      action,
      startMs,
      startUptimeMs: clock.uptimeMs(),
      bootId: clock.bootId(),
    };
    const { log, shipper } = this.#log(action);
    const watch = watchForStop(action, this.#deps.server, signal);
    const limit = deadlineSignal(watch.signal, this.#remainingMs(started));
    try {
      const inPlace = inPlaceOfWaitdaemon(action);
      const image = await this.#deps.images.pull(
        inPlace.image,
        (doneBytes, totalBytes) => shipper.progress({ doneBytes, totalBytes }),
        limit.signal,
      );
      aboutToStart(started);
      const container = await this.#deps.runtime.start({ ...inPlace, id: containerId(action), image });
      return await this.#finish(started, container, log, limit.signal, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (isEnd(error)) return this.#brokenOff(error, started, "while its image was being pulled", []);
      return failedOutcome(error, startMs, clock.nowMs());
    } finally {
      watch.end();
      limit.cancel();
      await log.end(AbortSignal.timeout(logGraceMs));
    }
  }

  /** Goes on with what an earlier life started; `undefined`: it never came to be, and never will. */
  async resume(started: Started, signal: AbortSignal): Promise<Outcome | undefined> {
    const { action, startMs, bootId } = started;
    const { clock, runtime } = this.#deps;
    const container = await runtime.attach(containerId(action));
    if (container === undefined) return undefined;
    const { log } = this.#log(action);
    const watch = watchForStop(action, this.#deps.server, signal);
    const limit = deadlineSignal(watch.signal, this.#remainingMs(started));
    try {
      if (bootId !== clock.bootId())
        return this.#lost(started, "The machine restarted while the action ran, so nobody knows how far it got.", log);
      return await this.#finish(started, container, log, limit.signal, signal);
    } catch (error) {
      signal.throwIfAborted();
      return failedOutcome(error, startMs, clock.nowMs());
    } finally {
      watch.end();
      limit.cancel();
      await log.end(AbortSignal.timeout(logGraceMs));
    }
  }

  /** Removes an action's container and what it left. */
  async clean(action: Action): Promise<void> {
    await this.#deps.runtime.remove(containerId(action));
    rmSync(this.#outputFile(action), { force: true });
  }

  /** Removes what earlier lives left of all actions but this one; returns the containers' ids. */
  async cleanOthers(inFlight: Action | undefined): Promise<readonly string[]> {
    const kept = inFlight === undefined ? "" : containerId(inFlight);
    const others = (await this.#deps.runtime.list()).filter((id) => id !== kept);
    for (const id of others) await this.#deps.runtime.remove(id);
    mkdirSync(this.#outputDir, { recursive: true });
    for (const name of readdirSync(this.#outputDir)) if (name !== `${kept}.json`) rmSync(join(this.#outputDir, name));
    return others;
  }

  get #outputDir(): string {
    return join(this.#deps.stateDir, "output");
  }

  #outputFile(action: Action): string {
    return join(this.#outputDir, `${containerId(action)}.json`);
  }

  async #finish(
    started: Started,
    container: RunningContainer,
    log: ActionLog,
    limit: AbortSignal,
    stop: AbortSignal,
  ): Promise<Outcome> {
    const taken = log.take(container.output);
    try {
      const exit = await inTime(container.exit(limit), stop);
      if (exit !== undefined) {
        await taken;
        return this.#outcomeOf(started, exit, log);
      }
      const ended = await this.#kill(container, stop);
      container.detach();
      await taken;
      return this.#brokenOff(
        limit.reason,
        started,
        ended ? "and was ended" : "and could not be ended: it may still be running",
        log.lastLines,
      );
    } finally {
      container.detach();
      await taken;
    }
  }

  /** TERM, five seconds, KILL. Whether it is gone. */
  async #kill(container: RunningContainer, stop: AbortSignal): Promise<boolean> {
    for (const [signal, graceMs] of [
      ["TERM", termGraceMs],
      ["KILL", killGraceMs],
    ] as const) {
      await container.kill(signal);
      const grace = deadlineSignal(stop, graceMs);
      const exit = await inTime(container.exit(grace.signal), stop);
      grace.cancel();
      if (exit !== undefined) return true;
    }
    return false;
  }

  #outcomeOf(started: Started, exit: ContainerExit, log: ActionLog): Outcome {
    if (exit.kind !== "exited") return this.#lost(started, exit.why, log);
    const { startMs } = started;
    const sentence = exitSentence(exit.exitCode, exit.stopMs - startMs);
    const state = exit.exitCode === 0 ? "SUCCESS" : "FAILED";
    return { state, startMs, stopMs: exit.stopMs, message: outcomeMessage(sentence, log.lastLines) };
  }

  #lost({ startMs }: Started, why: string, log: ActionLog): Outcome {
    const message = outcomeMessage(`${why} It was not run again.`, log.lastLines);
    return { state: "FAILED", startMs, stopMs: this.#deps.clock.nowMs(), message };
  }

  /** At the server's wish, or since its time was over. */
  #brokenOff(why: unknown, { action, startMs }: Started, how: string, lastLines: readonly string[]): Outcome {
    const isWish = why instanceof StopRequested;
    const sentence = isWish
      ? `The action was stopped ${how}: ${why.message}.`
      : `The action reached its timeout of ${formatDuration(action.timeoutSeconds * 1000)} ${how}.`;
    return {
      state: isWish ? "FAILED" : "TIMEOUT",
      startMs,
      stopMs: this.#deps.clock.nowMs(),
      message: outcomeMessage(sentence, lastLines),
    };
  }

  /** `Infinity` without a limit. After another boot the uptime means nothing. */
  #remainingMs({ action, startUptimeMs, bootId }: Started): number {
    if (action.timeoutSeconds === 0) return Number.POSITIVE_INFINITY;
    const { clock } = this.#deps;
    const elapsedMs = bootId === clock.bootId() ? clock.uptimeMs() - startUptimeMs : 0;
    return Math.max(0, action.timeoutSeconds * 1000 - elapsedMs);
  }

  #log(action: Action): { log: ActionLog; shipper: LogShipper } {
    const { server, clock, print, pauseLogs } = this.#deps;
    const shipper = new LogShipper({
      send: (batch, signal) => server.sendLogs(action, batch, signal),
      pause: pauseLogs,
    });
    const stateFile = this.#outputFile(action);
    return {
      log: new ActionLog({ nowMs: clock.nowMs, print: (line) => print(action, line), shipper, stateFile }),
      shipper,
    };
  }
}

/** `undefined` when the time was over, or the server wanted an end, first; rejects when the worker is to stop. */
async function inTime<T>(promise: Promise<T>, stop: AbortSignal): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    stop.throwIfAborted();
    if (isEnd(error)) return undefined;
    throw error;
  }
}

function isEnd(error: unknown): boolean {
  return error instanceof TimeoutReached || error instanceof StopRequested;
}

/** Readable, and different for different actions whatever characters their ids have. */
function containerId(action: Action): string {
  const readable = [action.workflowId, action.actionId]
    .map((part) => part.replaceAll(/[^A-Za-z0-9_-]+/g, "-").slice(0, 60))
    .join(".");
  return `tink.${readable}.${createHash("sha256").update(actionKey(action)).digest("hex").slice(0, 12)}`;
}
