// What main.ts starts and stops.

export interface Service {
  /** Resolves when ready to serve. `signal` gives up the start, not the service. */
  start(signal: AbortSignal): Promise<void>;
  /** Takes no new work, finishes what it took until `deadline` aborts. Safe to call twice. */
  stop(deadline: AbortSignal): Promise<void>;
}
