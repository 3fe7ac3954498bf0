// How much of the timelines is kept, in memory and on disk, thought for 10,000 machines.
import { type BudgetLimits, defaultBudgets } from "./budgets/event-budgets.ts";
import type { RepeatLimits } from "./budgets/repeated-facts.ts";
import type { EventLogLimits } from "./log/event-log.ts";
import type { EventIndexLimits } from "./memory/event-index.ts";

export type TimelineLimits = EventIndexLimits &
  EventLogLimits &
  RepeatLimits & {
    readonly budgets: BudgetLimits;
    /** Bytes on disk in all. */
    readonly mostBytes: number;
    readonly maxAgeMs: number;
    /** How often age is looked at, and counts are written down. */
    readonly tidyMs: number;
  };

export const defaultTimelineLimits: TimelineLimits = {
  perMachine: 1000,
  refusalsPerMachine: 250,
  perStranger: 16,
  strangersPerLink: 8192,
  mostEvents: 250_000,
  segmentBytes: 1024 * 1024,
  mostWaiting: 10_000,
  budgets: defaultBudgets,
  repeatMs: 5000,
  mostRemembered: { known: 65_536, unknown: 16_384 },
  mostBytes: 256 * 1024 * 1024,
  maxAgeMs: 90 * 86_400_000,
  tidyMs: 600_000,
};
