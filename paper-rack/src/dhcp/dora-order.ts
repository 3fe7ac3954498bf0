// What the process that asks for addresses is told, and what it says when it is done.

export type DoraOrder = {
  readonly server: string;
  /** Machines `from` to `from + machines - 1`, one after the other and again. */
  readonly from: number;
  readonly machines: number;
  readonly pace: DoraPace;
};

export type DoraPace =
  /** As many at once, each machine after another has its address; no new one begins after `forMs`. */
  | { readonly kind: "closed"; readonly atOnce: number; readonly forMs: number }
  /** One machine after the other, each once, however long the answers take. */
  | { readonly kind: "open"; readonly perSecond: number };

/** How long a message is waited for. */
export const replyTimeoutMs = 1000;

export type DoraResult = {
  /** Machines that have their address, of both the time that counts and what was under way at its end. */
  readonly done: number;
  /** Whose message was not answered in time. */
  readonly dropped: number;
  /** Of those done before the end of the time that counts. */
  readonly perSecond: number;
  /** From the DISCOVER to the ACK, of those that are done. */
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  /** Answers that nobody waited for any more. */
  readonly late: number;
  /** How many were not what they should be, and the first of the reasons. */
  readonly wrong: { readonly count: number; readonly first: string };
  /** Of one core, while it asked. */
  readonly ownCpuShare: number;
};
