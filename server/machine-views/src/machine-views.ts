// Keeps one view of each machine: a change of a machine, of a workflow of it or of what was heard of it makes that one view anew.
import {
  formatKey,
  type Hardware,
  kinds,
  type MachineEventInput,
  type Resource,
  type ResourceKey,
  type Workflow,
} from "@neverland/api";
import type { Service } from "@neverland/platform/service.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { unlessAborted } from "@neverland/platform/wait/abort.ts";
import { Breather } from "@neverland/platform/wait/breather.ts";
import { RegularWork } from "@neverland/platform/wait/regular-work.ts";
import { type Following, follow } from "@neverland/store/follow.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { faultOf } from "@neverland/store/stored-fault.ts";
import type { MachineFactBook, MachineFacts } from "@neverland/timeline/machine-facts.ts";
import { foldKnown, isMissing } from "./fold-view.ts";
import { type Machine, MachineBook } from "./machine-book.ts";
import { MacMap } from "./near-macs.ts";
import { ShownViews, staleMs } from "./shown-views.ts";
import { Strangers } from "./strangers.ts";

export type MachineViewsDeps = {
  /** Hardware and Workflows. */
  readonly store: Pick<ResourceStore, "list" | "watch">;
  /** Where the views are kept. */
  readonly views: ResourceStore;
  readonly facts: Pick<
    MachineFactBook,
    "ofHardware" | "ofStranger" | "isRepeated" | "strangers" | "forgetHardware" | "forgetStranger" | "onFact"
  >;
  readonly clock: Clock;
  readonly record: (event: MachineEventInput) => void;
  readonly deadlineMs: (workflow: Workflow) => number | undefined;
  /** Why machines that have no address yet are not answered; `undefined` when they are. */
  readonly whyUnheard: () => string | undefined;
  readonly warn: (message: string) => void;
  readonly onError: (failure: { doing: string; error: unknown; retryInMs?: number }) => void;
};

/** How long changes are gathered at the least, and most views that are made of them at once: a hall that starts is shown within seconds. */
const gatherMs = 100;
/** What is shown is late by so many times what showing took, so that machines at work keep the processor for themselves. */
const restTimes = 9;
const longestGatherMs = 2000;
const mostAtOnce = 256;
const tidyMs = 600_000;
/** How soon all who wait are shown with it that the server cannot hear them. */
const lookMs = 10_000;

export class MachineViews implements Service {
  readonly #deps: MachineViewsDeps;
  readonly #shown: ShownViews;
  readonly #book = new MachineBook();
  readonly #abort = new AbortController();
  readonly #changed = new Map<string, ResourceKey>();
  readonly #strangers: Strangers;
  /** Machines that are waited for and were not heard, by their MACs; and what was said of a near one. */
  readonly #missing = new MacMap<ResourceKey>();
  readonly #saidNear = new Map<string, string>();
  /** When those with Hardware were heard, as far as that is shown. */
  readonly #seenMs = new Map<string, number>();
  #followings: Following[] = [];
  #giveUp: (() => void)[] = [];
  readonly #regular: readonly RegularWork[];
  #unheard: string | undefined;
  #isDue = false;
  #gatherMs = gatherMs;
  #working: Promise<void> = Promise.resolve();

  constructor(deps: MachineViewsDeps) {
    this.#deps = deps;
    this.#shown = new ShownViews(deps.views);
    this.#strangers = new Strangers({
      ...{ facts: deps.facts, clock: deps.clock, warn: deps.warn },
      ...{ shown: this.#shown, book: this.#book, missing: this.#missing },
      onNear: (waiting) => this.#change(waiting),
      onChange: () => this.#later(),
    });
    this.#regular = [
      { everyMs: tidyMs, doing: "forgetting machines without Hardware", work: async () => this.#strangers.forgetOld() },
      { everyMs: lookMs, doing: "looking whether machines are heard", work: async () => this.#lookWhetherHeard() },
    ].map((work) => new RegularWork({ ...work, isIdle: true, clock: deps.clock, onError: deps.onError }));
  }

  /** The view of a machine, as it is shown now. */
  of(key: ResourceKey): Resource | undefined {
    return this.#shown.of(key);
  }

  /** Ready when there is a view of each machine. */
  async start(signal: AbortSignal): Promise<void> {
    const { store, clock, facts, onError } = this.#deps;
    const deps = { store, clock, signal: this.#abort.signal };
    const failed = (error: unknown, retryInMs: number) =>
      onError({ doing: "watching for machine views", error, retryInMs });
    this.#followings = [
      follow<Workflow>(deps, kinds.Workflow, {
        onChange: (change, workflow) => this.#workflowChanged(change === "deleted", workflow),
        onError: failed,
      }),
      follow<Hardware>(deps, kinds.Hardware, {
        // Also what no schema accepts: its machine stands somewhere, too.
        needs: "metadata",
        onChange: (change, hardware) => this.#hardwareChanged(change === "deleted", hardware),
        onError: failed,
      }),
    ];
    await unlessAborted(Promise.all(this.#followings.map(({ ready }) => ready)), signal);
    for (const mac of facts.strangers()) this.#strangers.change(mac);
    await this.#work(Number.POSITIVE_INFINITY);
    this.#giveUp = [facts.onFact((who, isNews) => this.#heard(who, isNews))];
    this.#unheard = this.#deps.whyUnheard();
    for (const work of this.#regular) work.start();
    this.#later();
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#abort.abort();
    for (const giveUp of this.#giveUp) giveUp();
    const regular = this.#regular.map((work) => work.stop());
    const all = Promise.all([this.#working, ...regular, ...this.#followings.map(({ done }) => done)]);
    await unlessAborted(all, deadline).catch(() => undefined);
  }

  #hardwareChanged(isDeleted: boolean, hardware: Hardware): void {
    const { metadata } = hardware;
    // What was said of it before somebody changed it counts no more.
    this.#saidNear.delete(formatKey(metadata));
    const isFaulty = !isDeleted && faultOf(hardware) !== undefined;
    const changed = isDeleted ? this.#book.remove(metadata) : this.#book.put(hardware, isFaulty);
    for (const machine of changed) this.#change(machine.hardware.metadata);
    if (isDeleted) this.#deps.facts.forgetHardware(metadata);
    // Whoever was a stranger by one of its MACs is none, or is one again.
    for (const { macs } of changed) for (const mac of macs) this.#strangers.described(mac);
  }

  #workflowChanged(isDeleted: boolean, workflow: Workflow): void {
    const { machines } = isDeleted ? this.#book.removeWorkflow(workflow.metadata) : this.#book.putWorkflow(workflow);
    for (const { hardware } of machines) this.#change(hardware.metadata);
  }

  #heard(who: { readonly key: ResourceKey } | { readonly mac: string }, isNews: boolean): void {
    if ("mac" in who) {
      this.#strangers.heard(who.mac, isNews);
      return;
    }
    const { key } = who;
    const behindMs = (this.#deps.facts.ofHardware(key)?.seenMs ?? 0) - (this.#seenMs.get(formatKey(key)) ?? 0);
    // Of who is shown as not seen it is news that it is there, whatever was heard of it before.
    if (isNews || behindMs >= staleMs || this.#isMissing(key)) this.#change(key);
  }

  #change({ namespace, name }: ResourceKey): void {
    this.#changed.set(`${namespace}/${name}`, { namespace, name });
    this.#later();
  }

  #later(): void {
    const isEmpty = this.#changed.size === 0 && this.#strangers.isEmpty;
    if (this.#isDue || isEmpty || this.#abort.signal.aborted || this.#giveUp.length === 0) return;
    this.#isDue = true;
    const { clock } = this.#deps;
    clock.after(this.#gatherMs, () => {
      const beganMs = clock.nowMs();
      this.#working = this.#work(1).finally(() => {
        this.#isDue = false;
        this.#gatherMs = gatherAfter(clock.nowMs() - beganMs);
        this.#later();
      });
    });
  }

  async #work(times: number): Promise<void> {
    const breather = new Breather();
    const writes: Promise<void>[] = [];
    const write = async (work: Promise<void>): Promise<void> => {
      writes.push(work.catch((error) => this.#deps.onError({ doing: "keeping a machine's view", error })));
      if (writes.length >= mostAtOnce) await Promise.all(writes.splice(0));
      if (breather.isDue) await breather.breathe();
    };
    for (const [id, key] of [...Iterator.from(this.#changed).take(mostAtOnce * times)]) {
      if (this.#abort.signal.aborted) return;
      this.#changed.delete(id);
      await write(this.#showKnown(id, key));
    }
    for (const mac of this.#strangers.take(times)) {
      if (this.#abort.signal.aborted) return;
      await write(this.#strangers.show(mac));
    }
    await Promise.all(writes);
  }

  async #showKnown(id: string, key: ResourceKey): Promise<void> {
    const machine = this.#book.get(key);
    if (machine === undefined) {
      this.#seenMs.delete(id);
      this.#saidNear.delete(id);
      await this.#shown.remove(key);
      return;
    }
    const facts = this.#factsOf(machine);
    const content = foldKnown({
      ...machine,
      ...{ facts, deadlineMs: this.#deps.deadlineMs, unheard: this.#deps.whyUnheard() },
      near: () => machine.macs.flatMap((mac) => this.#strangers.near(mac)),
      rivals: this.#book.rivalsOf(machine),
      workflows: this.#book.workflowsOf(machine),
    });
    if (facts !== undefined) this.#seenMs.set(id, facts.seenMs);
    this.#noteMissing(machine, isMissing(content));
    if (content.reason === "NearMac") this.#sayNear(id, content.message);
    else this.#saidNear.delete(id);
    const { namespace, name, uid, labels, creationTimestamp } = machine.hardware.metadata;
    const metadata = {
      namespace,
      name,
      uid,
      ...(labels && { labels }),
      ...(creationTimestamp && { creationTimestamp }),
    };
    await this.#shown.put(metadata, content);
  }

  /** What was heard of a MAC before it had a Hardware was of this machine, too. */
  #factsOf({ hardware, macs }: Machine): MachineFacts | undefined {
    const { facts } = this.#deps;
    const all = [facts.ofHardware(hardware.metadata), ...macs.map((mac) => facts.ofStranger(mac))];
    return all.reduce((newest, each) => ((each?.seenMs ?? -1) > (newest?.seenMs ?? -1) ? each : newest), undefined);
  }

  #isMissing(key: ResourceKey): boolean {
    return this.#book.get(key)?.macs.some((mac) => this.#missing.has(mac)) ?? false;
  }

  /** Those without Hardware whose MAC is nearly one of its own are shown with it. */
  #noteMissing({ hardware, macs }: Machine, isNow: boolean): void {
    for (const mac of macs) {
      if (this.#missing.has(mac) === isNow) continue;
      if (isNow) this.#missing.set(mac, hardware.metadata);
      else this.#missing.delete(mac);
      for (const near of this.#strangers.near(mac)) this.#strangers.change(near);
    }
  }

  #sayNear(id: string, message: string): void {
    if (this.#saidNear.get(id) === message) return;
    this.#saidNear.set(id, message);
    this.#deps.record({
      hardware: id,
      source: "machines",
      type: "NearMacHeard",
      reason: "NearMac",
      message: message.replace(/\.$/, ""),
    });
  }

  /** Whether machines can be heard is told by nobody: all who wait are shown anew where it has changed. */
  #lookWhetherHeard(): void {
    const now = this.#deps.whyUnheard();
    if (now === this.#unheard) return;
    this.#unheard = now;
    for (const key of this.#missing.values()) this.#change(key);
  }
}

/** @param workedMs What the last views took. @returns How long changes are gathered now, in ms. */
export function gatherAfter(workedMs: number): number {
  return Math.min(longestGatherMs, Math.max(gatherMs, restTimes * workedMs));
}
