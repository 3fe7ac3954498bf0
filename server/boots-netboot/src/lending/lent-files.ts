// The files that the thread lends: each asked of the main thread once, and looked at again at a new read; shared by all who read it.
import type { Clock } from "@neverland/platform/time/clock.ts";
import type { NotLent } from "../boot-files.ts";
import {
  type FileAnswer,
  firmwarePatienceMs,
  LentFile,
  type PieceBytes,
  type WantedFile,
  type WantedPiece,
} from "./lent-file.ts";
import { PieceMemory } from "./piece-memory.ts";

export interface LentFilesDeps {
  readonly names: ReadonlySet<string>;
  readonly clock: Pick<Clock, "nowMs" | "after">;
  readonly addressOf: (bytes: Uint8Array) => number;
  /** The main thread, which answers by `answered` and `came`. */
  readonly ask: (wanted: Wanted) => void;
}

export type Wanted =
  | { readonly wanted: WantedFile }
  | { readonly wantedPiece: WantedPiece }
  /** This version is needed no more. */
  | { readonly unlent: number };

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
/** In a refusal, which is one datagram over TFTP. */
const mostNamed = 20;
/** A main thread that is busy holds up nobody who wants what is known. */
const longestCheckMs = 250;
/** Nobody has begun to read it for so long: those who began earlier have the bytes to their end. */
const unusedMs = 30_000;
/** Of pieces, of all files; what is under way comes on top. */
const mostMemoryBytes = 64 * 2 ** 20;
const mostUnderWay = 8;

export class LentFiles {
  readonly #deps: LentFilesDeps;
  /** By name and mode: no more than there are names that are lent. */
  readonly #entries = new Map<string, Entry>();
  readonly #memory = new PieceMemory(mostMemoryBytes);
  /** All versions that somebody holds, by their number. */
  readonly #versions = new Map<number, LentFile>();
  readonly #toAsk = new Set<WantedPiece>();
  #underWay = 0;

  constructor(deps: LentFilesDeps) {
    this.#deps = deps;
  }

  /** @param then Called now, or later from the clock or from `answered`, with a file to hold: it is to be left once. */
  open(name: string, netascii: boolean, then: Then): void {
    const { names, clock, ask } = this.#deps;
    if (!names.has(name)) {
      then({
        reason: "FileNotLent",
        message: `${name} is not a file that is lent here; there are ${[...names].sort().slice(0, mostNamed).join(", ")}`,
      });
      return;
    }
    const entry = this.#entryOf(keyOf(name, netascii));
    entry.openedMs = clock.nowMs();
    if (entry.known instanceof LentFile && entry.known.fault !== undefined) forget(entry);
    if (entry.known !== undefined && entry.openedMs - entry.checkedMs < checkEveryMs) {
      then(held(entry.known));
      return;
    }
    entry.waiting.push(then);
    if (entry.waiting.length === 1) this.#endWait(name, entry);
    if (entry.isAsked) return;
    entry.isAsked = true;
    ask({ wanted: { name, netascii, etag: entry.known instanceof LentFile ? entry.known.etag : undefined } });
  }

  answered(name: string, netascii: boolean, answer: FileAnswer): void {
    const { clock } = this.#deps;
    const entry = this.#entryOf(keyOf(name, netascii));
    entry.isAsked = false;
    entry.checkedMs = clock.nowMs();
    if (answer !== "same") {
      forget(entry);
      entry.known = "reason" in answer ? answer : this.#newVersion(answer);
    }
    if (entry.known !== undefined) this.#tell(entry, entry.known);
  }

  came({ id, index }: WantedPiece, answer: PieceBytes | NotLent): void {
    this.#underWay -= 1;
    this.#versions.get(id)?.came(index, answer);
    this.#askMore();
  }

  /** When the kernel has read all that it was told to send. */
  giveBack(): void {
    this.#memory.giveBack();
  }

  #newVersion(version: Exclude<FileAnswer, NotLent | "same">): LentFile {
    const file = new LentFile(version, {
      memory: this.#memory,
      addressOf: this.#deps.addressOf,
      ask: (piece) => {
        this.#toAsk.add(piece);
        this.#askMore();
      },
      over: () => {
        this.#versions.delete(version.id);
        this.#deps.ask({ unlent: version.id });
      },
    });
    this.#versions.set(version.id, file);
    return file;
  }

  /** A few at a time: memory for what is under way is not to be had by asking for much. */
  #askMore(): void {
    for (const piece of this.#toAsk) {
      if (this.#underWay >= mostUnderWay) return;
      this.#toAsk.delete(piece);
      if (!this.#versions.has(piece.id)) continue;
      this.#underWay += 1;
      this.#deps.ask({ wantedPiece: piece });
    }
  }

  /** Those who wait are told what is known when the main thread takes too long. */
  #endWait(name: string, entry: Entry): void {
    const { waiting } = entry;
    const waitMs = entry.known === undefined ? firmwarePatienceMs : longestCheckMs;
    this.#deps.clock.after(waitMs, () => {
      if (entry.waiting !== waiting) return;
      const message = `${name} was not read from the disk in ${firmwarePatienceMs / 1000} s; look whether the disk or this server is overloaded`;
      this.#tell(entry, entry.known ?? { reason: "FileNotReady", message });
      entry.checkedMs = this.#deps.clock.nowMs();
    });
  }

  /** One after another, so that a hall that waited for one file does not hold up the rest. */
  #tell(entry: Entry, file: LentFile | NotLent): void {
    const { waiting } = entry;
    entry.waiting = [];
    for (const then of waiting) {
      const own = held(file);
      this.#deps.clock.after(0, () => then(own));
    }
  }

  #entryOf(key: string): Entry {
    return this.#entries.getOrInsertComputed(key, () => {
      const entry: Entry = { known: undefined, checkedMs: 0, openedMs: 0, isAsked: false, waiting: [] };
      const sweep = (): void => {
        const unused = this.#deps.clock.nowMs() - entry.openedMs >= unusedMs;
        if (unused && !entry.isAsked && entry.waiting.length === 0) {
          forget(entry);
          this.#entries.delete(key);
        } else this.#deps.clock.after(unusedMs, sweep);
      };
      this.#deps.clock.after(unusedMs, sweep);
      return entry;
    });
  }
}

function held(file: LentFile | NotLent): LentFile | NotLent {
  if (file instanceof LentFile) file.hold();
  return file;
}

function forget(entry: Entry): void {
  if (entry.known instanceof LentFile) entry.known.leave();
  entry.known = undefined;
}

function keyOf(name: string, netascii: boolean): string {
  return netascii ? `netascii ${name}` : name;
}
