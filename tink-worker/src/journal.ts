// What must outlive the worker: the action in its hands, and how recent ones ended.

import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Action, actionKey } from "./action.ts";
import type { Outcome } from "./outcome.ts";
import { WorkerError } from "./worker-error.ts";

/**
 * `started`: the container may have been started; whether it was, its own directory knows.
 * `finished`: it ended, and the server has not confirmed that it knows.
 * `acknowledged`: the server knows; what is left is to reboot if the action asked for it.
 */
export type InFlight =
  | {
      readonly phase: "started";
      readonly action: Action;
      readonly startMs: number;
      readonly startUptimeMs: number;
      readonly bootId: string;
    }
  | { readonly phase: "finished"; readonly action: Action; readonly outcome: Outcome }
  | { readonly phase: "acknowledged"; readonly action: Action; readonly outcome: Outcome };

type Completed = { readonly key: string; readonly outcome: Outcome };

type JournalFile = { readonly version: 1; readonly inFlight?: InFlight; readonly completed: readonly Completed[] };

const completedLimit = 64;
const fileLimitBytes = 16 << 20;

/** Each change is on disk before the call returns: written aside, flushed, renamed, and the new name flushed too. */
export class Journal {
  readonly #path: string;
  #file: JournalFile;

  private constructor(path: string, file: JournalFile) {
    this.#path = path;
    this.#file = file;
  }

  /** @throws {WorkerError} `state` when the file is there but cannot be read; it is never overwritten then. */
  static open(stateDir: string): Journal {
    const path = join(stateDir, "journal.json");
    return new Journal(path, readJournal(path));
  }

  get inFlight(): InFlight | undefined {
    return this.#file.inFlight;
  }

  record(inFlight: InFlight): void {
    this.#write({ ...this.#file, inFlight });
  }

  /** Forgets the action in flight, and remembers its end when there is one to remember. */
  settle(completed?: { readonly action: Action; readonly outcome: Outcome }): void {
    const others = this.#file.completed.filter(
      ({ key }) => completed === undefined || key !== actionKey(completed.action),
    );
    const added = completed === undefined ? [] : [{ key: actionKey(completed.action), outcome: completed.outcome }];
    this.#write({ version: 1, completed: [...others, ...added].slice(-completedLimit) });
  }

  /** How this action ended, if it was among the last 64. */
  completed(action: Action): Outcome | undefined {
    const key = actionKey(action);
    return this.#file.completed.find((entry) => entry.key === key)?.outcome;
  }

  #write(file: JournalFile): void {
    const aside = `${this.#path}.new`;
    flush(aside, "w", (handle) => writeFileSync(handle, JSON.stringify(file)));
    renameSync(aside, this.#path);
    // A name is content of its directory: until that is on disk, a power cut brings the old journal back.
    flush(dirname(this.#path), "r");
    this.#file = file;
  }
}

function flush(path: string, flags: "r" | "w", write?: (handle: number) => void): void {
  const handle = openSync(path, flags, 0o600); // environments may hold secrets
  try {
    write?.(handle);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function readJournal(path: string): JournalFile {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return { version: 1, completed: [] };
    throw unreadable(path, error);
  }
  try {
    const file: unknown = JSON.parse(text.slice(0, fileLimitBytes));
    if (isJournalFile(file)) return file;
  } catch (error) {
    throw unreadable(path, error);
  }
  throw unreadable(path);
}

/** Only we write it, so its version stands for its shape. */
function isJournalFile(file: unknown): file is JournalFile {
  return typeof file === "object" && file !== null && "version" in file && file.version === 1 && "completed" in file;
}

function unreadable(path: string, cause?: unknown): WorkerError {
  return new WorkerError(
    "state",
    `The journal ${path} cannot be read. It says which action was running, so the worker does not start without it; look for a running container under the same directory, then remove the file.`,
    { cause },
  );
}
