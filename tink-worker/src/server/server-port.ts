// What the worker needs of Tink Server, in its own words.

import type { Action } from "../action.ts";
import type { BatchResult, LogBatch } from "../logs/log-shipper.ts";
import type { Outcome } from "../outcome.ts";

/** `nothing`: ask again soon, in silence or (with `say`) with a line in the log. `failed`: the server could not be asked. */
export type NextAction =
  | { readonly kind: "action"; readonly action: Action }
  | { readonly kind: "nothing"; readonly say?: string }
  | { readonly kind: "failed"; readonly why: string };

/** `refused`: the server knows of no such action or takes no report of it; sending it again is useless. */
export type ReportResult =
  | { readonly kind: "acknowledged" }
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "failed"; readonly why: string };

export interface ServerPort {
  /** Waits at the server for up to a minute and a half. Rejects only with the signal's reason. */
  nextAction(signal: AbortSignal): Promise<NextAction>;
  reportRunning(action: Action, startMs: number, signal: AbortSignal): Promise<ReportResult>;
  reportOutcome(action: Action, outcome: Outcome, signal: AbortSignal): Promise<ReportResult>;
  sendLogs(action: Action, batch: LogBatch, signal: AbortSignal): Promise<BatchResult>;
  close(): void;
}
