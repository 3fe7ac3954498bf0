// The files that the thread lends: each asked of the main thread once, and looked at again at a new read; shared by all who read it.
import type { Clock } from "@neverland/platform/time/clock.ts";
import type { NotLent } from "../boot-files.ts";

/** A file as it is lent, the same for all who read it. */
export interface LentFile {
  readonly etag: string;
  /** On disk: in netascii there are more. */
  readonly sizeBytes: number;
  /** What is sent. */
  readonly bytes: Uint8Array;
}

export interface WantedFile {
  readonly name: string;
  readonly netascii: boolean;
  /** What is known of it. */
  readonly etag: string | undefined;
}

/** `same`: what was known still holds. */
export type FileAnswer = LentFile | NotLent | "same";

export interface LentFilesDeps {
  readonly names: ReadonlySet<string>;
  readonly clock: Pick<Clock, "nowMs" | "after">;
  /** Asks the main thread, which answers by `answered`. */
  readonly ask: (wanted: WantedFile) => void;
}

type Then = (file: LentFile | NotLent) => void;

interface Entry {
  /** A fault, too, is asked for once a second at most. */
  known: LentFile | NotLent | undefined;
  checkedMs: number;
  openedMs: number;
  isAsked: boolean;
  waiting: Then[];
}

const checkEveryMs = 1000;
/** A main thread that is busy holds up nobody who wants what is known. */
const longestCheckMs = 250;
/** Firmware asks again and again for about this long. */
const longestLoadMs = 20_000;
/** Nobody has begun to read it for so long: those who began earlier have the bytes to their end. */
const unusedMs = 30_000;

export class LentFiles {
  readonly #deps: LentFilesDeps;
  /** By name and mode: no more than there are names that are lent. */
  readonly #entries = new Map<string, Entry>();

  constructor(deps: LentFilesDeps) {
    this.#deps = deps;
  }

  /** @param then Called now, or later from the clock or from `answered`. */
  open(name: string, netascii: boolean, then: Then): void {
    const { names, clock, ask } = this.#deps;
    if (!names.has(name)) {
      then({ reason: "FileNotLent", message: `${name} is not a file that is lent here` });
      return;
    }
    const entry = this.#entryOf(keyOf(name, netascii));
    entry.openedMs = clock.nowMs();
    if (entry.known !== undefined && entry.openedMs - entry.checkedMs < checkEveryMs) {
      then(entry.known);
      return;
    }
    entry.waiting.push(then);
    if (entry.waiting.length === 1) this.#endWait(name, entry);
    if (entry.isAsked) return;
    entry.isAsked = true;
    ask({ name, netascii, etag: entry.known !== undefined && "etag" in entry.known ? entry.known.etag : undefined });
  }

  answered(name: string, netascii: boolean, answer: FileAnswer): void {
    const { clock } = this.#deps;
    const entry = this.#entryOf(keyOf(name, netascii));
    entry.isAsked = false;
    entry.checkedMs = clock.nowMs();
    if (answer !== "same") entry.known = answer;
    if (entry.known !== undefined) this.#tell(entry, entry.known);
  }

  /** Those who wait are told what is known when the main thread takes too long. */
  #endWait(name: string, entry: Entry): void {
    const { waiting } = entry;
    const waitMs = entry.known === undefined ? longestLoadMs : longestCheckMs;
    this.#deps.clock.after(waitMs, () => {
      if (entry.waiting !== waiting) return;
      const message = `${name} was not read from the disk in ${longestLoadMs / 1000} s; look whether the disk or this server is overloaded`;
      this.#tell(entry, entry.known ?? { reason: "FileNotReady", message });
      entry.checkedMs = this.#deps.clock.nowMs();
    });
  }

  /** One after another, so that a hall that waited for one file does not hold up the rest. */
  #tell(entry: Entry, file: LentFile | NotLent): void {
    const { waiting } = entry;
    entry.waiting = [];
    for (const then of waiting) this.#deps.clock.after(0, () => then(file));
  }

  #entryOf(key: string): Entry {
    return this.#entries.getOrInsertComputed(key, () => {
      const entry: Entry = { known: undefined, checkedMs: 0, openedMs: 0, isAsked: false, waiting: [] };
      const sweep = (): void => {
        const unused = this.#deps.clock.nowMs() - entry.openedMs >= unusedMs;
        if (unused && !entry.isAsked && entry.waiting.length === 0) this.#entries.delete(key);
        else this.#deps.clock.after(unusedMs, sweep);
      };
      this.#deps.clock.after(unusedMs, sweep);
      return entry;
    });
  }
}

function keyOf(name: string, netascii: boolean): string {
  return netascii ? `netascii ${name}` : name;
}
