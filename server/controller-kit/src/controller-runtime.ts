// Runs controllers: all of them started and stopped together, and again, as leadership comes and goes.
import type { Service } from "@neverland/platform/service.ts";
import type { Controller, FreeController } from "./controller.ts";
import { type ControllerDeps, ControllerRun } from "./controller-run.ts";
import { refuseTwoWriters } from "./declared-store.ts";
import { FreeRun } from "./free-run.ts";
import { KitError } from "./kit-error.ts";

export class ControllerRuntime implements Service {
  readonly #controllers: readonly (Controller | FreeController)[];
  readonly #deps: ControllerDeps;
  #runs: (ControllerRun | FreeRun)[] = [];
  #isReady = false;

  /** @throws {KitError} `two-writers`. */
  constructor(controllers: readonly (Controller | FreeController)[], deps: ControllerDeps) {
    refuseTwoWriters(controllers);
    this.#controllers = controllers;
    this.#deps = deps;
  }

  /** Ready when every object there is was queued. @throws {KitError} `running`. */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#runs.length > 0) throw new KitError("running", "the controllers run already: stop them first");
    const runs = this.#controllers.map((controller) =>
      "kind" in controller ? new ControllerRun(controller, this.#deps) : new FreeRun(controller, this.#deps.store),
    );
    this.#runs = runs;
    await Promise.all(runs.map((run) => run.start(signal)));
    // A stop may have come meanwhile.
    this.#isReady = this.#runs === runs;
  }

  /** Begins nothing more; runs get until `deadline` aborts, then their signals abort. Safe to call twice; then it can be started again. */
  async stop(deadline: AbortSignal): Promise<void> {
    const runs = this.#runs;
    this.#isReady = false;
    await Promise.all(runs.map((run) => run.stop(deadline)));
    if (this.#runs === runs) this.#runs = [];
  }

  /** `undefined` when each controller has seen all that there is. */
  get notReadyReason(): string | undefined {
    return this.#isReady ? undefined : "the controllers have not seen all resources yet";
  }

  /** How many keys wait for their turn or run, by controller. */
  queued(): Map<string, number> {
    return new Map(this.#controllers.map(({ name }, index) => [name, this.#runs[index]?.queued ?? 0]));
  }
}
