// The views of machines without Hardware that were heard of late: so many and no more, and those that ask again before made-up ones.
import { formatKey, type ResourceKey } from "@neverland/api";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { type MachineFactBook, type MachineFacts, mostStrangers } from "@neverland/timeline/machine-facts.ts";
import { foldStranger } from "./fold-view.ts";
import { areInRows, rowOf } from "./mac-rows.ts";
import type { MachineBook } from "./machine-book.ts";
import { MacMap } from "./near-macs.ts";
import { type ShownViews, staleMs } from "./shown-views.ts";

export type StrangersDeps = {
  readonly facts: Pick<MachineFactBook, "ofStranger" | "isRepeated" | "forgetStranger">;
  readonly clock: Pick<Clock, "nowMs">;
  readonly warn: (message: string) => void;
  readonly shown: Pick<ShownViews, "put" | "remove">;
  readonly book: Pick<MachineBook, "byMac" | "get">;
  /** Machines that are waited for and were not heard, by their MACs. */
  readonly missing: MacMap<ResourceKey>;
  /** One of them has a stranger now whose MAC is nearly its own, or has no more. */
  readonly onNear: (waiting: ResourceKey) => void;
  /** There is something to take. */
  readonly onChange: () => void;
};

/** A machine without Hardware is forgotten so long after it was heard last. */
const strangerAgeMs = 86_400_000;
/** Shown at once. */
const mostAtOnce = { urgent: 64, others: 16 };
/** How often it is said that there are too many of them. */
const crowdedMs = 3_600_000;
const mostLookedAt = 64;
const namespace = "default";

export class Strangers {
  readonly #deps: StrangersDeps;
  readonly #changed = new Set<string>();
  /** Those that do not wait behind made-up ones: they asked again, have a view, or are nearly a machine that is waited for. */
  readonly #urgent = new Set<string>();
  /** When those that have a view were heard, as far as that is shown; the one that was heard last at the end. */
  readonly #shownMs = new MacMap<number>();
  #saidCrowdedMs = Number.NEGATIVE_INFINITY;

  constructor(deps: StrangersDeps) {
    this.#deps = deps;
  }

  get isEmpty(): boolean {
    return this.#changed.size + this.#urgent.size === 0;
  }

  /** Those that have a view, and whose MAC is nearly this one, so that one of the two may be mistyped. */
  near(mac: string): string[] {
    return this.#shownMs.near(mac).filter((each) => !this.#areInRows(mac, each));
  }

  /** Its view may be another one now. */
  change(mac: string): void {
    const { facts, missing, onChange } = this.#deps;
    const isKept = this.#shownMs.has(mac) || facts.isRepeated(mac);
    const isUrgent = isKept || (this.#urgent.size < mostStrangers && missing.near(mac).length > 0);
    // Those that are kept are bounded there. Of the others the oldest gives way.
    if (isUrgent) this.#urgent.add(mac);
    else this.#changed.add(mac);
    const [oldest] = this.#changed;
    if (this.#changed.size > mostStrangers && oldest !== undefined) this.#changed.delete(oldest);
    onChange();
  }

  heard(mac: string, isNews: boolean): void {
    const seenMs = this.#deps.facts.ofStranger(mac)?.seenMs ?? 0;
    if (isNews || seenMs - (this.#shownMs.get(mac) ?? 0) >= staleMs) this.change(mac);
  }

  /** Somebody has, or has no more, a Hardware with this MAC. */
  described(mac: string): void {
    if (this.#shownMs.has(mac) || this.#deps.facts.ofStranger(mac) !== undefined) this.change(mac);
    // Those beside it are in a row with it now, or no more.
    for (const each of rowOf(mac)) this.#rowChanged(each);
  }

  #rowChanged(mac: string): void {
    const { missing, onNear } = this.#deps;
    const isShown = this.#shownMs.has(mac);
    const waiting = [...(missing.has(mac) ? [mac] : []), ...(isShown ? missing.near(mac) : [])];
    for (const key of waiting.flatMap((each) => missing.get(each) ?? [])) onNear(key);
    for (const each of [...(isShown ? [mac] : []), ...(missing.has(mac) ? this.#shownMs.near(mac) : [])])
      this.change(each);
  }

  #areInRows(...macs: readonly string[]): boolean {
    return areInRows(macs, (mac) => this.#deps.book.byMac(mac) !== undefined);
  }

  /** Those to be shown now, the urgent ones first. @param times So many times as many as at once. */
  *take(times: number): Iterable<string> {
    for (const [queue, most] of [
      [this.#urgent, mostAtOnce.urgent],
      [this.#changed, mostAtOnce.others],
    ] as const)
      for (const mac of [...Iterator.from(queue).take(most * times)]) {
        queue.delete(mac);
        yield mac;
      }
  }

  async show(mac: string): Promise<void> {
    const { facts, book, missing, shown, onNear } = this.#deps;
    const heard = facts.ofStranger(mac);
    if (heard === undefined || heard.seenMs === 0 || book.byMac(mac) !== undefined || this.#isTooOld(heard))
      return await this.#forget(mac);
    const key = keyOf(mac);
    if (book.get(key) !== undefined) return;
    const near = missing.near(mac).flatMap((each) => {
      const waiting = missing.get(each);
      return waiting === undefined || this.#areInRows(each, mac)
        ? []
        : { waiting, name: formatKey(waiting), mac: each };
    });
    if (!this.#shownMs.has(mac)) for (const { waiting } of near) onNear(waiting);
    this.#shownMs.set(mac, heard.seenMs);
    await shown.put(key, foldStranger({ mac, facts: heard, near }));
    if (this.#shownMs.size > mostStrangers) await this.#makeRoom();
  }

  forgetOld(): void {
    const { facts } = this.#deps;
    for (const mac of [...this.#shownMs.macs()]) {
      const heard = facts.ofStranger(mac);
      if (heard !== undefined && !this.#isTooOld(heard)) continue;
      facts.forgetStranger(mac);
      this.change(mac);
    }
  }

  async #forget(mac: string): Promise<void> {
    if (!this.#shownMs.delete(mac)) return;
    const key = keyOf(mac);
    if (this.#deps.book.get(key) === undefined) await this.#deps.shown.remove(key);
  }

  async #makeRoom(): Promise<void> {
    const nowMs = this.#deps.clock.nowMs();
    const leaving = this.#leastWanted();
    if (leaving !== undefined) await this.#forget(leaving);
    if (nowMs - this.#saidCrowdedMs < crowdedMs) return;
    this.#saidCrowdedMs = nowMs;
    this.#deps.warn(
      `more than ${mostStrangers} machines without a Hardware have asked: tink get machineviews lists those that were heard last; find out who sends from so many MACs, or apply their Hardware`,
    );
  }

  /** The one heard longest ago, but for those that asked again: they are set behind the others as they are met, a few at a time. */
  #leastWanted(): string | undefined {
    const oldest = [...Iterator.from(this.#shownMs.macs()).take(mostLookedAt)];
    for (const mac of oldest) {
      if (!this.#deps.facts.isRepeated(mac)) return mac;
      this.#shownMs.set(mac, this.#shownMs.get(mac) ?? 0);
    }
    return oldest[0];
  }

  #isTooOld({ seenMs }: MachineFacts): boolean {
    return this.#deps.clock.nowMs() - seenMs > strangerAgeMs;
  }
}

function keyOf(mac: string): ResourceKey {
  return { namespace, name: mac.replaceAll(":", "-") };
}
