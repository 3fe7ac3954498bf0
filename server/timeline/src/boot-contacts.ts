// When each machine was last seen starting: kept exactly, in memory, since a workflow's success after a restart hangs on it.
import { agentKey, eventTypeInfo, formatKey, type MachineEventSpec, parseKey } from "@neverland/api";
import { type RecentMap, recentMap } from "@neverland/platform/collections/recent-map.ts";
import type { Subject } from "./memory/event-subject.ts";

export type StartingMachine = {
  readonly namespace: string;
  /** Stands in for the machine where it is a MAC and no Hardware is named. */
  readonly agentID: string;
  /** Name of its Hardware. */
  readonly hardware?: string | undefined;
};

/** A machine that was seen starting, and when, in milliseconds since 1970. */
export type BootContact = Subject & { readonly atMs: number };

/** Machines without Hardware are remembered apart, and fewer of them: anyone can make up MACs. */
const mostKnown = 100_000;
const mostUnknown = 4096;

export class BootContacts {
  readonly #ofHardware = recentMap<string, number>(mostKnown);
  readonly #ofKnownMac = recentMap<string, number>(mostKnown);
  readonly #ofUnknownMac = recentMap<string, number>(mostUnknown);
  readonly #listeners = new Set<(contact: BootContact) => void>();

  /** Takes every event there is, before anything drops or counts it. */
  note(subject: Subject, type: string, atMs: number): void {
    if (!eventTypeInfo(type)?.showsStart || Number.isNaN(atMs)) return;
    const { namespace, hardware, mac } = subject;
    if (hardware !== undefined) keepLatest(this.#ofHardware, formatKey({ namespace, name: hardware }), atMs);
    if (mac !== undefined) keepLatest(hardware === undefined ? this.#ofUnknownMac : this.#ofKnownMac, mac, atMs);
    for (const listener of this.#listeners) listener({ ...subject, atMs });
  }

  /**
   * Takes an event of an earlier run. What lies ahead was stamped by a clock that was wrong, before this process began: when it was
   * nobody knows. A start that may have been before an action must not pass for the reboot that the action was to do.
   */
  readBack(namespace: string, { hardware, mac, type, time }: MachineEventSpec, nowMs: number): void {
    const atMs = Date.parse(time);
    if (atMs <= nowMs) this.note({ namespace, hardware, mac }, type, atMs);
  }

  /** @returns Milliseconds since 1970 by the server's clock; `undefined` when it was never seen. Costs one look-up. */
  bootContactMs({ namespace, agentID, hardware }: StartingMachine): number | undefined {
    if (hardware !== undefined && hardware !== "")
      return this.#ofHardware.get(formatKey(parseKey(hardware) ?? { namespace, name: hardware }));
    const mac = agentKey(agentID);
    return this.#ofKnownMac.get(mac) ?? this.#ofUnknownMac.get(mac);
  }

  /** Calls back at each sign that a machine starts, at once. @returns What ends that. */
  onBootContact(listener: (contact: BootContact) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** What is read back from the log comes after what has just been seen. */
function keepLatest(times: RecentMap<string, number>, key: string, atMs: number): void {
  times.set(key, Math.max(atMs, times.peek(key) ?? Number.NEGATIVE_INFINITY));
}
