// How much each may put on the timeline: nobody's noise costs another's words, and what is left out is said.
import { type EventType, eventTypeInfo, formatKey, type MachineEventInput } from "@neverland/api";
import { recentMap } from "@neverland/platform/collections/recent-map.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import type { Subject } from "../memory/event-subject.ts";

type Budget = { readonly count: number; readonly windowMs: number };

export type BudgetLimits = {
  /** What a machine with Hardware does, by source. */
  readonly steps: Budget;
  /** What it asks for in vain, by source: others may ask in its name. */
  readonly refusals: Budget;
  /** Of all MACs without Hardware on one link, by source; beyond it they are remembered and not written down. */
  readonly unknownMacs: Budget;
  /** Of what names no machine, by source, type and reason. */
  readonly nameless: Budget;
};

const minuteMs = 60_000;
export const defaultBudgets: BudgetLimits = {
  steps: { count: 120, windowMs: minuteMs },
  refusals: { count: 20, windowMs: minuteMs },
  unknownMacs: { count: 500, windowMs: 60 * minuteMs },
  nameless: { count: 30, windowMs: 60 * minuteMs },
};

/** Machines times sources times two, with room to spare. */
const mostWindows = 100_000;

/** What was left out in one window. */
export type LeftOut = {
  readonly subject: Subject;
  readonly link: string | undefined;
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
  /** Those in which something was left out. */
  readonly #over = new Set<Window>();

  constructor(limits: BudgetLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Whether one more may be written down. */
  take(event: MachineEventInput, subject: Subject): boolean {
    const { key, budget } = this.#budgetOf(event, subject);
    let window = this.#windows.get(key);
    if (window === undefined || this.#isOver(window)) {
      window = { sinceMs: this.#clock.nowMs(), windowMs: budget.windowMs, used: 0, leftOut: undefined };
      this.#windows.set(key, window);
    }
    window.used += 1;
    if (window.used <= budget.count) return true;
    const { link, source, type } = event;
    const { sinceMs } = window;
    window.leftOut = { subject, link, source, type, count: window.used - budget.count, sinceMs };
    this.#over.add(window);
    return false;
  }

  /** What was left out in windows that are over, or in all. Each is told once. */
  closed(ofAll: boolean): LeftOut[] {
    const ended = [...this.#over].filter((window) => ofAll || this.#isOver(window));
    return ended.flatMap((window) => {
      this.#over.delete(window);
      return window.leftOut === undefined ? [] : [window.leftOut];
    });
  }

  /** A clock that is set makes no window longer or shorter. */
  #isOver({ sinceMs, windowMs }: Window): boolean {
    return this.#clock.nowMs() - this.#clock.asOfNowMs(sinceMs) >= windowMs;
  }

  #budgetOf({ source, type, reason, link }: MachineEventInput, { namespace, hardware, mac }: Subject) {
    if (hardware !== undefined) {
      const sort = eventTypeInfo(type)?.sort === "refusal" ? "refusals" : "steps";
      return { key: `${formatKey({ namespace, name: hardware })} ${source} ${sort}`, budget: this.#limits[sort] };
    }
    if (mac !== undefined) return { key: `? ${link} ${source}`, budget: this.#limits.unknownMacs };
    return { key: `- ${source} ${type} ${reason}`, budget: this.#limits.nameless };
  }
}
