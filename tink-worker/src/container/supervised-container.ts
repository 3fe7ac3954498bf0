// One container as the worker sees it: through the files of its bundle, so that a restarted worker sees the same.

import { watch } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ContainerExit, KillSignal, OutputChunk, RunningContainer } from "./container-runtime.ts";
import { FifoOutput } from "./fifo-output.ts";
import { bundleFiles, type SupervisorState, supervisorState } from "./supervisor.ts";

const lookAgainMs = 1000;
/** How long a supervisor that was just spawned may take to claim its container, on a slow machine. */
const claimPatienceMs = 30_000;

export class SupervisedContainer implements RunningContainer {
  readonly #bundle: string;
  readonly #kill: (signal: KillSignal) => Promise<void>;
  readonly #output: FifoOutput;

  constructor(bundle: string, kill: (signal: KillSignal) => Promise<void>) {
    this.#bundle = bundle;
    this.#kill = kill;
    this.#output = new FifoOutput({
      stdout: join(bundle, bundleFiles.stdout),
      stderr: join(bundle, bundleFiles.stderr),
    });
  }

  get output(): AsyncIterable<OutputChunk> {
    return this.#output;
  }

  kill(signal: KillSignal): Promise<void> {
    return this.#kill(signal);
  }

  detach(): void {
    this.#output.close();
  }

  async exit(signal: AbortSignal): Promise<ContainerExit> {
    const exit = await this.#wait(signal);
    this.#output.finish();
    return exit;
  }

  async #wait(signal: AbortSignal): Promise<ContainerExit> {
    const patientUntilMs = performance.now() + claimPatienceMs;
    let seenRunning = false;
    for (;;) {
      const change = nextChange(this.#bundle, signal); // watching begins before looking, so that nothing falls between
      const state = supervisorState(this.#bundle);
      seenRunning ||= state.state === "running";
      const patient = !seenRunning && performance.now() < patientUntilMs;
      if (state.state === "exited" || (state.state === "gone" && !patient)) {
        change.cancel();
        return exitOf(state);
      }
      await change.done;
      signal.throwIfAborted();
    }
  }
}

function exitOf(state: SupervisorState & { state: "exited" | "gone" }): ContainerExit {
  if (state.state === "gone")
    return {
      kind: "lost",
      why: "The container's supervisor was killed, so nobody knows how the action ended.",
      stopMs: Date.now(),
    };
  const { exitCode, stopMs, failure } = state;
  if (failure !== undefined)
    return { kind: "not-started", why: `The container's root could not be mounted: ${failure}`, stopMs };
  return { kind: "exited", exitCode, stopMs };
}

/** Ends when something in the directory changes, the signal aborts, or a second has passed. */
function nextChange(directory: string, signal: AbortSignal): { done: Promise<void>; cancel: () => void } {
  const stop = new AbortController();
  const watcher = watch(directory, { persistent: false, signal: stop.signal }, () => stop.abort());
  watcher.on("error", () => {}); // the timer below still comes
  const done = sleep(lookAgainMs, undefined, { signal: AbortSignal.any([stop.signal, signal]) }).then(
    () => stop.abort(),
    () => stop.abort(),
  );
  return { done, cancel: () => stop.abort() };
}
