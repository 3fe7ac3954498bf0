// What Boots tells a machine's timeline, and the gate that says each thing once.

/** Shaped as the timeline's input. */
export interface BootEvent {
  /** `namespace/name` of the Hardware, when known. */
  readonly hardware?: string | undefined;
  readonly mac?: string | undefined;
  readonly source: "boots/dhcp" | "boots/tftp" | "boots/http";
  /** What happened, in CamelCase. */
  readonly type: string;
  /** Why, in CamelCase, for each refusal and silence. */
  readonly reason?: string | undefined;
  /** One sentence for people. */
  readonly message: string;
  readonly data?: Record<string, string | number | boolean> | undefined;
}

export type RecordEvent = (event: BootEvent) => void;

/** Causes remembered at once; the oldest are forgotten first, so that a flood of false MACs cannot fill the memory. */
const mostCauses = 4096;

/** Passes on the first event of each cause. A cause counts as new again after `quietMs`. */
export class EventGate {
  readonly #record: RecordEvent;
  readonly #nowMs: () => number;
  readonly #seenAtMs = new Map<string, number>();

  constructor(record: RecordEvent, nowMs: () => number) {
    this.#record = record;
    this.#nowMs = nowMs;
  }

  once(cause: string, quietMs: number, event: BootEvent): void {
    const nowMs = this.#nowMs();
    const seenAtMs = this.#seenAtMs.get(cause);
    if (seenAtMs !== undefined && nowMs - seenAtMs < quietMs) return;
    this.#seenAtMs.delete(cause);
    this.#seenAtMs.set(cause, nowMs);
    const [oldest] = this.#seenAtMs.keys();
    if (this.#seenAtMs.size > mostCauses && oldest !== undefined) this.#seenAtMs.delete(oldest);
    this.#record(event);
  }
}
