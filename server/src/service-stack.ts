// Starts services one after the other and stops them in reverse; a start that fails stops what had started.
import type { Service } from "./platform/service.ts";

/** After a failed start nothing is worth waiting for longer. */
const failedStartDeadlineMs = 5000;

export class ServiceStack {
  readonly #started: Service[] = [];

  /** @throws What the start throws, when everything started before has been stopped. */
  async start(service: Service, signal: AbortSignal): Promise<void> {
    // Before it has started: a start that fails halfway leaves something to stop.
    this.#started.unshift(service);
    try {
      await service.start(signal);
    } catch (error) {
      await this.stop(AbortSignal.timeout(failedStartDeadlineMs));
      throw error;
    }
  }

  async stop(deadline: AbortSignal): Promise<void> {
    for (const service of this.#started.splice(0)) await service.stop(deadline);
  }
}
