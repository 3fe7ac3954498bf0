// Which facts were told a moment ago, and the event that was made of each.
import type { MachineEventInput } from "@neverland/api";
import { shortKey } from "@neverland/platform/collections/short-key.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import type { Entry } from "../memory/entry-list.ts";
import type { Stranger, Subject } from "../memory/event-subject.ts";
import { Repeats } from "./repeats.ts";

export type RepeatLimits = {
  /** The same fact of a known machine within this time is one event with a count. */
  readonly repeatMs: number;
  /** Facts remembered for that: of machines with Hardware, and apart from them of others. */
  readonly mostRemembered: { readonly known: number; readonly unknown: number };
};

export type Fact = {
  readonly event: MachineEventInput;
  readonly subject: Subject;
  readonly stranger: Stranger | undefined;
};

export class RepeatedFacts {
  readonly #repeatMs: number;
  /** Strangers have their own, so that a flood of them hides nobody's repeats. */
  readonly #known: Repeats<Entry>;
  readonly #unknown: Repeats<Entry>;

  constructor({ repeatMs, mostRemembered }: RepeatLimits, clock: Clock) {
    this.#repeatMs = repeatMs;
    this.#known = new Repeats(clock, mostRemembered.known);
    this.#unknown = new Repeats(clock, mostRemembered.unknown);
  }

  /** @param key Of the fact: `factKey`. @returns The event of the same fact, when there is one that is still kept. */
  find(fact: Fact, key: string): Entry | undefined {
    const windowMs = fact.stranger?.by === "mac" ? Number.POSITIVE_INFINITY : this.#repeatMs;
    const entry = this.#of(fact).find(key, windowMs);
    return entry?.isGone ? undefined : entry;
  }

  add(fact: Fact, key: string, entry: Entry): void {
    this.#of(fact).add(key, entry);
  }

  #of({ stranger }: Fact): Repeats<Entry> {
    return stranger === undefined ? this.#known : this.#unknown;
  }
}

/** What a fact is recognised by. */
export function factKey({ event, subject, stranger }: Fact): string {
  const { source, type, reason, workflow, message } = event;
  const { namespace, hardware } = subject;
  // Of an unknown MAC one event of a kind is enough; others' may differ in what they say.
  const said = stranger?.by === "mac" ? "" : message;
  return shortKey(
    `${namespace}\n${hardware ?? stranger?.id ?? ""}\n${source}\n${type}\n${reason ?? ""}\n${workflow ?? ""}\n${said}`,
  );
}
