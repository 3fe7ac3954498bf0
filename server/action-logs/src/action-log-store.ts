// Keeps what actions print in files, bounded per action and per workflow, and tells followers when there is more.
import { readdir, rm, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { recentMap } from "@neverland/platform/collections/recent-map.ts";
import { type Clock, formatTime } from "@neverland/platform/time/clock.ts";
import { unlessAborted } from "@neverland/platform/wait/abort.ts";
import { ActionLogError } from "./action-log-error.ts";
import { type LogPart, type OpenLog, openLog, readLines } from "./log-file.ts";
import { isWorkflowFolder } from "./log-folder.ts";
import { encodeLine, type LogLine } from "./log-line.ts";
import { OpenLogs, type OpenLogsLimits } from "./open-logs.ts";

/** Both ids are the server's own (a UUID and a ULID), never a caller's text. */
export type ActionLogId = { readonly workflowUID: string; readonly actionID: string };

export type ActionLogLimits = OpenLogsLimits & {
  /** What an action prints beyond it is not kept. */
  readonly mostBytesPerAction: number;
  /** Of all actions of one workflow together. */
  readonly mostBytesPerWorkflow: number;
  /** Bytes of memory that lines take while they wait for the disk; beyond that workers are told to send theirs again. */
  readonly mostWaitingBytes: number;
  /** How long one batch may take to be written. */
  readonly writeMs: number;
};

const defaultLimits: ActionLogLimits = {
  mostBytesPerAction: 4 * 1024 * 1024,
  mostBytesPerWorkflow: 32 * 1024 * 1024,
  mostWaitingBytes: 64 * 1024 * 1024,
  writeMs: 10_000,
  mostOpen: 256,
  idleMs: 30_000,
};

/** What a waiting line takes besides its text, however short that is. */
const lineBytes = 150;
/** Characters. */
const longestLine = 8 * 1024;
/**
 * A line whose number is further from the one before is no line that was sent again: the count goes on from it, in either direction, so
 * that one wrong number neither is refused for ever nor makes all that follow look known.
 */
const longestJump = 1_000_000;
/** Workflows whose size on disk is remembered. */
const mostRemembered = 10_000;
const fullText = "what follows is not kept: the log of";

export class ActionLogStore {
  readonly #dir: string;
  readonly #clock: Clock;
  readonly #limits: ActionLogLimits;
  readonly #open: OpenLogs;
  readonly #followers = new Map<string, Set<() => void>>();
  /** Bytes on disk by workflow. */
  readonly #sizes = recentMap<string, { bytes: number }>(mostRemembered);
  #waitingBytes = 0;

  /** @param dir Is there: see `openLogFolder`. */
  constructor(dir: string, clock: Clock, limits: Partial<ActionLogLimits> = {}) {
    this.#dir = dir;
    this.#clock = clock;
    this.#limits = { ...defaultLimits, ...limits };
    this.#open = new OpenLogs((path) => openLog(path, isFullLine), clock, this.#limits);
  }

  /**
   * Costs what the lines cost, however long the log is.
   * @param dropped How many lines the worker says are missing before these; a gap that nobody spoke of gets a line of our own.
   * @returns How many of the numbered lines were new. Lines known by their sequence number are not kept twice.
   * @throws {ActionLogError} `unavailable` when the disk does not keep up.
   */
  async append(id: ActionLogId, lines: readonly LogLine[], dropped = 0): Promise<number> {
    const bytes = lines.reduce((sum, { text }) => sum + lineBytes + text.length, 0);
    if (this.#waitingBytes + bytes > this.#limits.mostWaitingBytes)
      throw new ActionLogError(
        "unavailable",
        "the disk does not keep up with what actions print; send the lines again",
      );
    this.#waitingBytes += bytes;
    const path = this.#path(id);
    const written = this.#open
      .use(path, (log) => this.#write(id, log, lines, dropped))
      .finally(() => {
        this.#waitingBytes -= bytes;
      });
    const count = await this.#inTime(written);
    for (const follower of this.#followers.get(path) ?? []) follower();
    return count;
  }

  read(id: ActionLogId, offset = 0): AsyncGenerator<LogPart> {
    return readLines(this.#path(id), offset);
  }

  /** Calls back whenever lines were added; the returned function ends that. */
  onMore(id: ActionLogId, callback: () => void): () => void {
    const path = this.#path(id);
    const followers = this.#followers.getOrInsertComputed(path, () => new Set());
    followers.add(callback);
    return () => {
      followers.delete(callback);
      if (followers.size === 0) this.#followers.delete(path);
    };
  }

  /** The uids of workflows that have logs; what else is in the folder is not touched. */
  async folders(): Promise<string[]> {
    const entries = await readdir(this.#dir, { withFileTypes: true });
    return entries.filter(isWorkflowFolder).map(({ name }) => name);
  }

  /** Bytes on disk of all that a workflow's actions printed. */
  async sizeOf(workflowUID: string): Promise<number> {
    try {
      return (await this.#sizeOf(workflowUID)).bytes;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
      throw error;
    }
  }

  /** Deletes the logs of one workflow. */
  async forget(workflowUID: string): Promise<void> {
    const folder = join(this.#dir, workflowUID);
    this.#sizes.delete(workflowUID);
    await this.#open.forget(folder + sep);
    await rm(folder, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    await this.#open.close();
  }

  async #write(
    { workflowUID }: ActionLogId,
    log: OpenLog,
    lines: readonly LogLine[],
    dropped: number,
  ): Promise<number> {
    const fresh = freshLines(log.sequence, lines, dropped, (text) => this.#ownLine(text));
    const last = fresh.findLast(({ sequence }) => sequence > 0)?.sequence ?? log.sequence;
    const size = await this.#sizeOf(workflowUID);
    const { mostBytesPerAction, mostBytesPerWorkflow } = this.#limits;
    const roomBytes = Math.min(mostBytesPerAction - log.sizeBytes, mostBytesPerWorkflow - size.bytes);
    if (fresh.length > 0 && !log.isFull) {
      const { text, bytes, isCut } = fitting(fresh, roomBytes);
      const full = isCut ? encodeLine(this.#fullLine(roomBytes, log.sizeBytes)) : "";
      await writeAll(log, text + full);
      size.bytes += bytes + full.length;
      log.isFull = isCut;
    }
    log.sequence = last;
    return fresh.filter(({ sequence }) => sequence > 0).length;
  }

  #fullLine(roomBytes: number, sizeBytes: number): LogLine {
    const { mostBytesPerAction, mostBytesPerWorkflow } = this.#limits;
    const isOwn = roomBytes === mostBytesPerAction - sizeBytes;
    const whose = isOwn ? `an action holds ${mostBytesPerAction}` : `a workflow holds ${mostBytesPerWorkflow}`;
    return this.#ownLine(`${fullText} ${whose} bytes`);
  }

  #ownLine(text: string): LogLine {
    return { time: formatTime(this.#clock.nowMs()), stream: "stderr", text, sequence: 0 };
  }

  async #sizeOf(workflowUID: string): Promise<{ bytes: number }> {
    const known = this.#sizes.get(workflowUID);
    if (known !== undefined) return known;
    const folder = join(this.#dir, workflowUID);
    const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
    // Another action's batch may have looked at the same time.
    const size = this.#sizes.get(workflowUID) ?? { bytes: sizes.reduce((sum, bytes) => sum + bytes, 0) };
    this.#sizes.set(workflowUID, size);
    return size;
  }

  /** The write itself cannot be taken back: it goes on, and its lines are known when they come again. */
  async #inTime(written: Promise<number>): Promise<number> {
    const late = new AbortController();
    const cancel = this.#clock.after(this.#limits.writeMs, () => late.abort());
    try {
      return await unlessAborted(written, late.signal);
    } catch (cause) {
      if (cause instanceof ActionLogError) throw cause;
      const why = late.signal.aborted ? `not in ${this.#limits.writeMs} ms` : String(cause);
      throw new ActionLogError("unavailable", `what the action printed cannot be written to ${this.#dir}: ${why}`, {
        cause,
      });
    } finally {
      cancel();
    }
  }

  #path({ workflowUID, actionID }: ActionLogId): string {
    return join(this.#dir, workflowUID, `${actionID}.jsonl`);
  }
}

function isFullLine({ sequence, text }: LogLine): boolean {
  return sequence === 0 && text.startsWith(fullText);
}

function freshLines(
  known: number,
  lines: readonly LogLine[],
  dropped: number,
  ownLine: (text: string) => LogLine,
): LogLine[] {
  const fresh: LogLine[] = [];
  let last = known;
  for (const line of lines) {
    const ahead = line.sequence - last;
    const isJump = line.sequence > 0 && (ahead > longestJump + dropped || ahead < -longestJump);
    if (isJump)
      fresh.push(
        ownLine(`line ${line.sequence} follows line ${last} here: others are missing, or the worker counts anew`),
      );
    if (isJump || ahead > 0 || line.sequence === 0) fresh.push(line);
    if (isJump || ahead > 0) last = line.sequence;
  }
  return fresh;
}

/** The first lines that fit, as they are written. */
function fitting(lines: readonly LogLine[], roomBytes: number): { text: string; bytes: number; isCut: boolean } {
  const parts: string[] = [];
  let bytes = 0;
  for (const line of lines) {
    const part = encodeLine(line.text.length > longestLine ? { ...line, text: line.text.slice(0, longestLine) } : line);
    const more = Buffer.byteLength(part);
    if (bytes + more > roomBytes) return { text: parts.join(""), bytes, isCut: true };
    parts.push(part);
    bytes += more;
  }
  return { text: parts.join(""), bytes, isCut: false };
}

async function writeAll(log: OpenLog, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await log.file.write(bytes, at);
    at += bytesWritten;
    log.sizeBytes += bytesWritten;
  }
}
