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

/** `unsupported`: the server never says. */
export type StopAnswer =
  | { readonly kind: "stop"; readonly why: string }
  | { readonly kind: "go-on" | "unsupported" | "failed" };

export interface ServerPort {
  /** Waits at the server for up to a minute and a half. Rejects only with the signal's reason. */
  nextAction(signal: AbortSignal): Promise<NextAction>;
  reportRunning(action: Action, startMs: number, signal: AbortSignal): Promise<ReportResult>;
  reportOutcome(action: Action, outcome: Outcome, signal: AbortSignal): Promise<ReportResult>;
  /** Waits at the server for up to a minute and a half, for it to want the action ended. Rejects only with the signal's reason. */
  awaitStop(action: Action, signal: AbortSignal): Promise<StopAnswer>;
  sendLogs(action: Action, batch: LogBatch, signal: AbortSignal): Promise<BatchResult>;
  close(): void;
}
