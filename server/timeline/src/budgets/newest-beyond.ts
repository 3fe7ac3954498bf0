// What of a known machine is beyond its budget: the newest of each kind is remembered, so that whoever asks what it did last is told the
// truth, however much noise others make in its name.
import { formatKey, type MachineEventInput } from "@neverland/api";
import { recentMap } from "@neverland/platform/collections/recent-map.ts";
import { Breather } from "@neverland/platform/wait/breather.ts";
import type { Entry } from "../memory/entry-list.ts";
import type { EventIndex } from "../memory/event-index.ts";
import type { Subject } from "../memory/event-subject.ts";

type Said = { readonly event: MachineEventInput; readonly subject: Subject; readonly atMs: number };

/** Of a hall of machines a few kinds each. */
const mostKinds = 65_536;
/** In one go: of ten thousand machines that are flooded in their names each is seen within five seconds. */
const mostShown = 2000;

export class NewestBeyond {
  readonly #append: (event: MachineEventInput, subject: Subject, atMs: number) => Entry;
  readonly #index: Pick<EventIndex, "drop">;
  /** Not seen by anyone yet, the kind that waits longest first: a thousand a second would be a thousand for each watch. */
  readonly #waiting = new Map<string, Said>();
  readonly #shown = recentMap<string, Entry>(mostKinds);

  /** @param append Keeps it in memory alone. */
  constructor(
    append: (event: MachineEventInput, subject: Subject, atMs: number) => Entry,
    index: Pick<EventIndex, "drop">,
  ) {
    this.#append = append;
    this.#index = index;
  }

  keep(event: MachineEventInput, subject: Subject, atMs: number): void {
    const { namespace, hardware = "" } = subject;
    const { source, type, reason = "" } = event;
    const kind = `${formatKey({ namespace, name: hardware })} ${source} ${type} ${reason}`;
    if (this.#waiting.has(kind) || this.#waiting.size < mostKinds) this.#waiting.set(kind, { event, subject, atMs });
  }

  /** Each in the place of the one before, in slices. Those that are too many for once wait for the next time. */
  async show(): Promise<void> {
    const breather = new Breather();
    // What is said meanwhile stands behind these.
    let left = Math.min(this.#waiting.size, mostShown);
    for (const [kind, { event, subject, atMs }] of this.#waiting) {
      if (left === 0) return;
      left -= 1;
      this.#waiting.delete(kind);
      const before = this.#shown.get(kind);
      if (before !== undefined) this.#index.drop(before);
      this.#shown.set(kind, this.#append(event, subject, atMs));
      if (breather.isDue) await breather.breathe();
    }
  }
}
