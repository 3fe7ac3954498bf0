// One file lent over TFTP, as a step function: what to send now, and when to be asked again. No clock, no socket, no file.
import type { TftpTerms } from "./negotiation.ts";
import { TftpErrorCode, type TftpOptions } from "./packet.ts";
import { backedOff, firstRoundTrip, measured, type RoundTrip } from "./round-trip.ts";

/** Block numbers here count from 1 without end; on the wire they are modulo 65536 (`block & 0xffff`). */
export type TransferSend =
  | { readonly op: "oack"; readonly options: TftpOptions }
  | { readonly op: "data"; readonly block: number; readonly offsetBytes: number; readonly lengthBytes: number }
  | { readonly op: "error"; readonly code: number; readonly message: string };

export type TransferEvent =
  | { readonly kind: "start" }
  /** `block` as it came, 0 to 65535. */
  | { readonly kind: "ack"; readonly block: number }
  | { readonly kind: "client-error"; readonly code: number; readonly message: string }
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
  /** The acknowledged block after which the window was already sent again: no duplicate ACK makes us do it twice. */
  readonly rewoundAfter: number | undefined;
  readonly retries: number;
  readonly roundTrip: RoundTrip;
  readonly sentAtMs: number;
  /** What was sent last had been sent before, so that its answer measures nothing. */
  readonly isRepeat: boolean;
  /** When the last sending counts as lost. Kept here, so that repeated ACKs cannot put it off for ever. */
  readonly wakeAtMs: number;
  readonly outcome: TransferOutcome | undefined;
}

export interface TransferStep {
  readonly state: TransferState;
  readonly send: readonly TransferSend[];
  /** When to send a `wake`, on the clock of `nowMs`; undefined when the transfer is over. */
  readonly wakeAtMs: number | undefined;
}

/** Silences before a transfer is given up: with their doubling at least six seconds. */
const mostRetries = 5;

export function newTransfer(sizeBytes: number, terms: TftpTerms): TransferState {
  return {
    terms,
    sizeBytes,
    awaitingOackAck: terms.granted.size > 0,
    ackedBlocks: 0,
    sentBlocks: 0,
    rewoundAfter: undefined,
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
  if (state.outcome !== undefined) return { state, send: [], wakeAtMs: undefined };
  switch (event.kind) {
    case "start":
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
  if (block > state.ackedBlocks) return advance(state, block, nowMs);
  // A repeated ACK. With one block per window it is answered by nothing (the sorcerer's apprentice would answer each
  // with a block, RFC 1123 §4.2.3.1); with more, it says that the window's first block was lost, and once is enough.
  if (state.terms.windowBlocks === 1 || state.rewoundAfter === block) return wait(state);
  return sendCurrent({ ...state, rewoundAfter: block, isRepeat: true }, nowMs);
}

function advance(state: TransferState, block: number, nowMs: number): TransferStep {
  const moved = { ...answered(state, nowMs), ackedBlocks: block, rewoundAfter: undefined };
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

/** The OACK, or the window that follows the last acknowledged block (RFC 7440 §4: also after a gap). */
function sendCurrent(state: TransferState, nowMs: number): TransferStep {
  const wakeAtMs = nowMs + (state.terms.timeoutMs ?? state.roundTrip.timeoutMs);
  if (state.awaitingOackAck)
    return {
      state: { ...state, sentAtMs: nowMs, wakeAtMs },
      send: [{ op: "oack", options: state.terms.granted }],
      wakeAtMs,
    };
  const { blockSizeBytes, windowBlocks } = state.terms;
  const last = Math.min(state.ackedBlocks + windowBlocks, blockCount(state.sizeBytes, blockSizeBytes));
  const send: TransferSend[] = [];
  for (let block = state.ackedBlocks + 1; block <= last; block++) {
    const offsetBytes = (block - 1) * blockSizeBytes;
    send.push({ op: "data", block, offsetBytes, lengthBytes: Math.min(blockSizeBytes, state.sizeBytes - offsetBytes) });
  }
  return { state: { ...state, sentBlocks: last, sentAtMs: nowMs, wakeAtMs }, send, wakeAtMs };
}

function retry(state: TransferState, nowMs: number): TransferStep {
  const { retries, roundTrip } = state;
  if (retries < mostRetries)
    return sendCurrent({ ...state, retries: retries + 1, roundTrip: backedOff(roundTrip), isRepeat: true }, nowMs);
  const message = `no answer after ${mostRetries} repeats; ask again`;
  return {
    ...finish(state, { result: "timed-out", ackedBlocks: state.ackedBlocks }),
    send: [{ op: "error", code: TftpErrorCode.undefined, message }],
  };
}

/** Nothing to send: the timer of the last sending still runs. */
function wait(state: TransferState): TransferStep {
  return { state, send: [], wakeAtMs: state.wakeAtMs };
}

function finish(state: TransferState, outcome: TransferOutcome): TransferStep {
  return { state: { ...state, outcome }, send: [], wakeAtMs: undefined };
}
