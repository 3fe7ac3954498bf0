// One file lent over TFTP, as a step function: what to send now, and when to be asked again. No clock, no socket, no file.
import type { TftpTerms } from "./negotiation.ts";
import { TftpErrorCode, type TftpOptions } from "./packet.ts";
import { backedOff, firstRoundTrip, measured, type RoundTrip } from "./round-trip.ts";

/** Block numbers here count from 1 without end; on the wire they are modulo 65536 (`block & 0xffff`). */
export type TransferSend =
  | { readonly op: "oack"; readonly options: TftpOptions }
  /** Blocks that follow each other: the `n`th begins at `(n - 1) * blockSizeBytes`, and the last one ends with the file. */
  | { readonly op: "data"; readonly first: number; readonly last: number }
  | { readonly op: "error"; readonly code: number; readonly message: string };

export type TransferEvent =
  | { readonly kind: "start" }
  /** `block` as it came, 0 to 65535. */
  | { readonly kind: "ack"; readonly block: number }
  | { readonly kind: "client-error"; readonly code: number; readonly message: string }
  /** What was to be sent could not be had until now. */
  | { readonly kind: "ready" }
  | { readonly kind: "wake" };

export type TransferOutcome =
  | { readonly result: "complete" }
  /** The client broke off: firmware does so after it has read `tsize`. */
  | { readonly result: "aborted"; readonly message: string }
  | { readonly result: "timed-out"; readonly ackedBlocks: number };

export interface TransferState {
  readonly terms: TftpTerms;
  readonly sizeBytes: number;
  /** True until the OACK, if there is one, was acknowledged. */
  readonly awaitingOackAck: boolean;
  /** Blocks up to this one were acknowledged. */
  readonly ackedBlocks: number;
  /** Blocks up to this one were sent. */
  readonly sentBlocks: number;
  /** When a window was last sent because of a gap in the one before it. */
  readonly gapAtMs: number;
  /** An ACK of this block has said that something is missing after it: those that say it again are not heard. */
  readonly hintedAfter: number | undefined;
  /** Because of it the window is sent again at `wakeAtMs`, though nobody is silent. */
  readonly isHinted: boolean;
  readonly retries: number;
  readonly roundTrip: RoundTrip;
  readonly sentAtMs: number;
  /** What was sent last was sent because of silence, so that nobody knows which sending its answer measures. */
  readonly isRepeat: boolean;
  /** When the last sending counts as lost. Kept here, so that repeated ACKs cannot put it off for ever. */
  readonly wakeAtMs: number;
  readonly outcome: TransferOutcome | undefined;
}

export interface TransferStep {
  readonly state: TransferState;
  readonly send: TransferSend | undefined;
  /** When to send a `wake`, on the clock of `nowMs`; undefined when the transfer is over. */
  readonly wakeAtMs: number | undefined;
}

/** Silences before a transfer is given up: with their doubling at least six seconds. */
const mostRetries = 5;
/** Shorter than this no wait is worth a timer. */
const leastSoonMs = 5;

export function newTransfer(sizeBytes: number, terms: TftpTerms): TransferState {
  return {
    terms,
    sizeBytes,
    awaitingOackAck: terms.granted.size > 0,
    ackedBlocks: 0,
    sentBlocks: 0,
    gapAtMs: Number.NEGATIVE_INFINITY,
    hintedAfter: undefined,
    isHinted: false,
    retries: 0,
    roundTrip: firstRoundTrip,
    sentAtMs: 0,
    isRepeat: false,
    wakeAtMs: 0,
    outcome: undefined,
  };
}

/** Events that come after the end change nothing and send nothing. */
export function stepTransfer(state: TransferState, event: TransferEvent, nowMs: number): TransferStep {
  if (state.outcome !== undefined) return { state, send: undefined, wakeAtMs: undefined };
  switch (event.kind) {
    case "start":
    case "ready":
      return sendCurrent(state, nowMs);
    case "ack":
      return takeAck(state, event.block, nowMs);
    case "client-error":
      return finish(state, { result: "aborted", message: `error ${event.code} ${event.message}`.trim() });
    case "wake":
      return retry(state, nowMs);
  }
}

/** A file that fills its last block ends with an empty one, so that the reader sees a short block (RFC 1350 §6). */
export function blockCount(sizeBytes: number, blockSizeBytes: number): number {
  return Math.floor(sizeBytes / blockSizeBytes) + 1;
}

function takeAck(state: TransferState, wireBlock: number, nowMs: number): TransferStep {
  if (state.awaitingOackAck)
    return wireBlock === 0 ? sendCurrent({ ...answered(state, nowMs), awaitingOackAck: false }, nowMs) : wait(state);
  const block = absoluteBlock(state, wireBlock);
  if (block === undefined) return wait(state);
  if (block === state.sentBlocks) return advance(state, block, nowMs);
  // A repeated ACK in lockstep is answered by nothing: the sorcerer's apprentice would answer each with a block (RFC 1123 §4.2.3.1).
  return state.terms.windowBlocks === 1 ? wait(state) : takeGap(state, block, nowMs);
}

/**
 * Of a window only the blocks up to this one came, in order: the rest is lost, or doubled or disordered on its way. The first such ACK is
 * answered at once. One that follows soon, or says that nothing of the window came, as each doubled ACK does, is answered when nothing better
 * comes for two round trips: were each answered with a window, a link that doubles datagrams would never be rid of them.
 */
function takeGap(state: TransferState, block: number, nowMs: number): TransferStep {
  const { smoothedMs = Number.POSITIVE_INFINITY, timeoutMs } = state.roundTrip;
  const soonMs = Math.min(Math.max(2 * smoothedMs, leastSoonMs), timeoutMs);
  if (block > state.ackedBlocks && nowMs - state.gapAtMs >= soonMs)
    return advance({ ...state, gapAtMs: nowMs }, block, nowMs);
  if (state.hintedAfter === block) return wait(state);
  const wakeAtMs = Math.min(state.wakeAtMs, nowMs + soonMs);
  return wait({ ...state, ackedBlocks: block, hintedAfter: block, isHinted: true, wakeAtMs });
}

function advance(state: TransferState, block: number, nowMs: number): TransferStep {
  const moved = { ...answered(state, nowMs), ackedBlocks: block };
  if (block === blockCount(state.sizeBytes, state.terms.blockSizeBytes)) return finish(moved, { result: "complete" });
  return sendCurrent(moved, nowMs);
}

function answered(state: TransferState, nowMs: number): TransferState {
  const roundTrip = state.isRepeat ? state.roundTrip : measured(state.roundTrip, nowMs - state.sentAtMs);
  return { ...state, roundTrip, retries: 0, isRepeat: false };
}

/** The block of the present window that this number on the wire means; undefined for a number from outside of it. */
function absoluteBlock({ ackedBlocks, sentBlocks }: TransferState, wireBlock: number): number | undefined {
  const ahead = (wireBlock - (ackedBlocks & 0xffff) + 0x10000) & 0xffff;
  return ackedBlocks + ahead <= sentBlocks ? ackedBlocks + ahead : undefined;
}

/**
 * The OACK, or the window that follows the last acknowledged block (RFC 7440 §4: also after a gap).
 * @param blocksMore Beyond the window.
 */
function sendCurrent(state: TransferState, nowMs: number, blocksMore = 0): TransferStep {
  const wakeAtMs = nowMs + state.roundTrip.timeoutMs;
  if (state.awaitingOackAck)
    return {
      state: { ...state, sentAtMs: nowMs, wakeAtMs },
      send: { op: "oack", options: state.terms.granted },
      wakeAtMs,
    };
  const { blockSizeBytes, windowBlocks } = state.terms;
  const last = Math.min(state.ackedBlocks + windowBlocks + blocksMore, blockCount(state.sizeBytes, blockSizeBytes));
  const send = { op: "data", first: state.ackedBlocks + 1, last } as const;
  return { state: { ...state, sentBlocks: last, sentAtMs: nowMs, wakeAtMs, isHinted: false }, send, wakeAtMs };
}

function retry(state: TransferState, nowMs: number): TransferStep {
  const { retries, roundTrip } = state;
  if (state.isHinted) return sendCurrent(state, nowMs);
  if (retries < mostRetries) {
    const again = { ...state, retries: retries + 1, roundTrip: backedOff(roundTrip), isRepeat: true };
    // It may be the acknowledgement of the whole window that was lost, and atftp answers no block that it has.
    return sendCurrent(again, nowMs, retries > 0 && state.terms.windowBlocks > 1 ? 1 : 0);
  }
  const message = `no answer after ${mostRetries} repeats; ask again`;
  return {
    ...finish(state, { result: "timed-out", ackedBlocks: state.ackedBlocks }),
    send: { op: "error", code: TftpErrorCode.undefined, message },
  };
}

/** Nothing to send: the timer of the last sending still runs. */
function wait(state: TransferState): TransferStep {
  return { state, send: undefined, wakeAtMs: state.wakeAtMs };
}

function finish(state: TransferState, outcome: TransferOutcome): TransferStep {
  return { state: { ...state, outcome }, send: undefined, wakeAtMs: undefined };
}
