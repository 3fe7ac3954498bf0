// Where a machine stands, in the words of a view.
import { eventReasonInfo, type ViewHealth, type ViewReason, type ViewState } from "@neverland/api";

export type Standing = {
  readonly state: ViewState;
  readonly health: ViewHealth;
  readonly reason: string;
  /** Without its full stop. */
  readonly message: string;
  readonly sinceMs: number;
};

export function refused(state: ViewState, { reason, message }: { reason: string; message: string }) {
  const mend = eventReasonInfo(reason)?.mend;
  return attention(state, reason, `${message}${mend === undefined ? "" : `; ${mend}`}`);
}

export function fine(state: ViewState, reason: ViewReason, message: string) {
  return { state, health: "ok", reason, message } as const;
}

export function attention(state: ViewState, reason: string, message: string) {
  return { state, health: "attention", reason, message } as const;
}

export function timeMs(text: string | null | undefined): number {
  return Date.parse(text ?? "") || 0;
}
