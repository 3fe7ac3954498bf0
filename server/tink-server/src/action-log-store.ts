// Keeps what actions print in files, bounded per action, and tells followers when there is more.
import { type FileHandle, mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { encodeLines, type LogLine, type LogPart, readLines } from "./action-log-file.ts";

/** Both ids are the server's own (a UUID and a ULID), never a caller's text. */
export type ActionLogId = { readonly workflowUID: string; readonly actionID: string };

export type ActionLogStoreOptions = {
  readonly dir: string;
  /** Default 4 MiB: what an action prints beyond it is not kept. */
  readonly mostBytesPerAction?: number;
  /** Now, in RFC 3339: for lines of our own. */
  readonly now: () => string;
};

type OpenLog = { file: FileHandle; sequence: number; sizeBytes: number; users: number; tail: Promise<unknown> };

const defaultMostBytes = 4 * 1024 * 1024;
const longestLine = 8 * 1024;

export class ActionLogStore {
  readonly #options: ActionLogStoreOptions;
  readonly #open = new Map<string, Promise<OpenLog>>();
  readonly #followers = new Map<string, Set<() => void>>();

  constructor(options: ActionLogStoreOptions) {
    this.#options = options;
  }

  /** @returns How many of the lines were new. Lines known by their sequence number are not kept twice. */
  async append(id: ActionLogId, lines: readonly LogLine[]): Promise<number> {
    const path = this.#path(id);
    const log = await this.#use(path);
    try {
      const written = log.tail.then(() => this.#write(log, lines));
      log.tail = written.catch(() => undefined);
      const count = await written;
      for (const follower of this.#followers.get(path) ?? []) follower();
      return count;
    } finally {
      await this.#release(path, log);
    }
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

  /** Deletes the logs of all workflows but these. */
  async keepOnly(workflowUIDs: ReadonlySet<string>): Promise<void> {
    const kept = await readdir(this.#options.dir).catch(() => []);
    for (const uid of kept) if (!workflowUIDs.has(uid)) await this.forget(uid);
  }

  /** Deletes the logs of one workflow. */
  async forget(workflowUID: string): Promise<void> {
    await rm(join(this.#options.dir, workflowUID), { recursive: true, force: true });
  }

  async #write(log: OpenLog, lines: readonly LogLine[]): Promise<number> {
    const fresh = lines.filter(({ sequence }) => sequence === 0 || sequence > log.sequence);
    log.sequence = Math.max(log.sequence, ...fresh.map(({ sequence }) => sequence));
    const mostBytes = this.#options.mostBytesPerAction ?? defaultMostBytes;
    if (fresh.length === 0 || log.sizeBytes >= mostBytes) return fresh.length;
    let text = encodeLines(fresh.map((line) => ({ ...line, text: line.text.slice(0, longestLine) })));
    if (log.sizeBytes + Buffer.byteLength(text) >= mostBytes) text += this.#fullLine(mostBytes);
    await log.file.appendFile(text);
    log.sizeBytes += Buffer.byteLength(text);
    return fresh.length;
  }

  #fullLine(mostBytes: number): string {
    const text = `what follows is not kept: the log of an action holds ${mostBytes} bytes`;
    return encodeLines([{ time: this.#options.now(), stream: "stderr", text, sequence: 0 }]);
  }

  async #use(path: string): Promise<OpenLog> {
    const opening = this.#open.getOrInsertComputed(path, () => openLog(path));
    try {
      const log = await opening;
      log.users += 1;
      return log;
    } catch (error) {
      this.#open.delete(path);
      throw error;
    }
  }

  async #release(path: string, log: OpenLog): Promise<void> {
    log.users -= 1;
    if (log.users > 0) return;
    this.#open.delete(path);
    await log.file.close();
  }

  #path({ workflowUID, actionID }: ActionLogId): string {
    return join(this.#options.dir, workflowUID, `${actionID}.jsonl`);
  }
}

async function openLog(path: string): Promise<OpenLog> {
  await mkdir(join(path, ".."), { recursive: true });
  let sequence = 0;
  let wholeBytes = 0;
  for await (const { lines, nextOffset } of readLines(path)) {
    sequence = Math.max(sequence, ...lines.map((line) => line.sequence));
    wholeBytes = nextOffset;
  }
  const file = await open(path, "a");
  // Half a line, left by a server that was killed, must not swallow the next one.
  await file.truncate(wholeBytes);
  return { file, sequence, sizeBytes: wholeBytes, users: 0, tail: Promise.resolve() };
}
