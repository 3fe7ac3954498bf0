// A controller that moves itself, from a start to a stop: held to what it declared, as the others are.
import type { Service } from "@neverland/platform/service.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import type { FreeController } from "./controller.ts";
import { DeclaredStore } from "./declared-store.ts";

export class FreeRun implements Service {
  /** It has no keys. */
  readonly queued = 0;
  readonly #store: DeclaredStore;
  readonly #service: Service;

  constructor(controller: FreeController, store: ResourceStore) {
    this.#store = new DeclaredStore(store, controller);
    this.#service = controller.begin(this.#store);
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#service.start(signal);
  }

  async stop(deadline: AbortSignal): Promise<void> {
    try {
      await this.#service.stop(deadline);
    } finally {
      this.#store.end();
    }
  }
}
