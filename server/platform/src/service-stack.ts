// Starts services one after the other and stops them in reverse.
import type { Service } from "./service.ts";

export class ServiceStack {
  readonly #started: Service[] = [];

  async start(service: Service, signal: AbortSignal): Promise<void> {
    // Before it has started: a start that fails halfway leaves something to stop.
    this.#started.unshift(service);
    await service.start(signal);
  }

  /** Safe to call twice. */
  async stop(deadline: AbortSignal): Promise<void> {
    for (const service of this.#started.splice(0)) await service.stop(deadline);
  }
}
