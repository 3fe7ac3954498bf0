// Starts services one after the other and stops them in reverse.
import type { Service } from "./service.ts";
import { onAbort, unlessAborted } from "./wait/abort.ts";

/** What a stop may still take once its deadline is over: enough to break off, for all services together. */
const breakOffMs = 2000;

export class ServiceStack {
  #started: Service[] = [];

  /** Gives the start up when `signal` aborts, whether or not the service looks at it. */
  async start(service: Service, signal: AbortSignal): Promise<void> {
    // Before it has started: a start that fails halfway leaves something to stop.
    this.#started.unshift(service);
    await unlessAborted(service.start(signal), signal);
  }

  /**
   * Stops every service, also when some of them fail to, and ends soon after the deadline whatever they do. Safe to call twice: those that
   * did not stop are asked again.
   * @throws {AggregateError} With what each of those threw.
   */
  async stop(deadline: AbortSignal): Promise<void> {
    const errors: unknown[] = [];
    const left = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const forget = onAbort(deadline, () => {
      const reason = new Error(`it did not end within ${breakOffMs} ms after the stop's deadline`);
      timer = setTimeout(() => left.abort(reason), breakOffMs);
    });
    for (const service of [...this.#started]) {
      try {
        await unlessAborted(service.stop(deadline), left.signal);
        this.#started = this.#started.filter((one) => one !== service);
      } catch (error) {
        errors.push(new Error(`${service.constructor.name} could not be stopped: ${String(error)}`, { cause: error }));
      }
    }
    forget();
    clearTimeout(timer);
    if (errors.length > 0) throw new AggregateError(errors, errors.map(String).join("; "));
  }
}
