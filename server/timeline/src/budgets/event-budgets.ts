// How much each may put on the timeline: nobody's noise costs another's words, and what is left out is said.
import { type EventType, eventTypeInfo, formatKey, type MachineEventInput } from "@neverland/api";
import { type RecentMap, recentMap } from "@neverland/platform/collections/recent-map.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { Breather } from "@neverland/platform/wait/breather.ts";
import { type Subject, strangerOf } from "../memory/event-subject.ts";

type Budget = { readonly count: number; readonly windowMs: number };

export type BudgetLimits = {
  /** What a machine with Hardware does, by source. */
  readonly steps: Budget;
  /** What it asks for in vain, by source: others may ask in its name. */
  readonly refusals: Budget;
  /** Of all MACs without Hardware on one link, by source; beyond it they are remembered and not written down. */
  readonly unknownMacs: Budget;
  /** Of one address without Hardware, by source. */
  readonly unknownAddress: Budget;
  /** Of all of those, by source; beyond it, as beyond the one above, they are remembered and not written down. */
  readonly unknownAddresses: Budget;
  /** Of what names nobody, by source, type and reason. */
  readonly nameless: Budget;
};

const minuteMs = 60_000;
export const defaultBudgets: BudgetLimits = {
  steps: { count: 120, windowMs: minuteMs },
  refusals: { count: 20, windowMs: minuteMs },
  unknownMacs: { count: 500, windowMs: 60 * minuteMs },
  unknownAddress: { count: 30, windowMs: 60 * minuteMs },
  unknownAddresses: { count: 200, windowMs: 60 * minuteMs },
  nameless: { count: 30, windowMs: 60 * minuteMs },
};

/** Machines times sources times two, with room to spare. */
const mostWindows = 100_000;
/** Anyone can make up addresses: they are apart. */
const mostAddresses = 8192;

/** What was left out in one window. */
export type LeftOut = {
  readonly subject: Subject;
  readonly link: string | undefined;
  readonly address: string | undefined;
  readonly source: string;
  /** The last one's. */
  readonly type: EventType;
  readonly count: number;
  readonly sinceMs: number;
};

type Window = { readonly sinceMs: number; readonly windowMs: number; used: number; leftOut: LeftOut | undefined };

export class EventBudgets {
  readonly #limits: BudgetLimits;
  readonly #clock: Clock;
  readonly #windows = recentMap<string, Window>(mostWindows);
  readonly #addresses = recentMap<string, Window>(mostAddresses);
  /** Those in which something was left out. */
  readonly #over = new Set<Window>();

  constructor(limits: BudgetLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Whether one more may be written down. */
  take(event: MachineEventInput, subject: Subject): boolean {
    const { key, budget } = this.#budgetOf(event, subject);
    const window = this.#windowOf(this.#windows, key, budget);
    // What one address has too much of costs the others nothing; it is said with theirs.
    if (this.#isOneTooNoisy(event, subject) || window.used >= budget.count) {
      this.#leaveOut(window, event, subject);
      return false;
    }
    window.used += 1;
    return true;
  }

  #isOneTooNoisy({ source, address }: MachineEventInput, subject: Subject): boolean {
    if (strangerOf(subject, address)?.by !== "address") return false;
    const { unknownAddress } = this.#limits;
    const window = this.#windowOf(this.#addresses, `${address} ${source}`, unknownAddress);
    window.used += 1;
    return window.used > unknownAddress.count;
  }

  #windowOf(windows: RecentMap<string, Window>, key: string, { windowMs }: Budget): Window {
    const open = windows.get(key);
    if (open !== undefined && !this.#isOver(open)) return open;
    const window = { sinceMs: this.#clock.nowMs(), windowMs, used: 0, leftOut: undefined };
    windows.set(key, window);
    return window;
  }

  #leaveOut(window: Window, { link, address, source, type }: MachineEventInput, subject: Subject): void {
    const { sinceMs, leftOut } = window;
    window.leftOut = { subject, link, address, source, type, count: (leftOut?.count ?? 0) + 1, sinceMs };
    this.#over.add(window);
  }

  /** What was left out in windows that are over, or in all: each is told once. In slices. */
  async *closed(ofAll: boolean): AsyncGenerator<LeftOut> {
    const breather = new Breather();
    for (const window of this.#over) {
      if (breather.isDue) await breather.breathe();
      if (!ofAll && !this.#isOver(window)) continue;
      this.#over.delete(window);
      if (window.leftOut !== undefined) yield window.leftOut;
    }
  }

  /** A clock that is set makes no window longer or shorter. */
  #isOver({ sinceMs, windowMs }: Window): boolean {
    return this.#clock.nowMs() - this.#clock.asOfNowMs(sinceMs) >= windowMs;
  }

  #budgetOf({ source, type, reason, link, address }: MachineEventInput, subject: Subject) {
    const { namespace, hardware } = subject;
    if (hardware !== undefined) {
      const sort = eventTypeInfo(type)?.sort === "refusal" ? "refusals" : "steps";
      return { key: `${formatKey({ namespace, name: hardware })} ${source} ${sort}`, budget: this.#limits[sort] };
    }
    const stranger = strangerOf(subject, address);
    if (stranger?.by === "mac") return { key: `? ${link} ${source}`, budget: this.#limits.unknownMacs };
    if (stranger?.by === "address") return { key: `@ ${source}`, budget: this.#limits.unknownAddresses };
    return { key: `- ${source} ${type} ${reason}`, budget: this.#limits.nameless };
  }
}
