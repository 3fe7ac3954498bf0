// What was last heard of each machine: kept in memory as it comes, so that where a machine stands is never read back from its events.
import {
  type BootStage,
  beginsAnew,
  eventTypeInfo,
  formatKey,
  isSignOfLife,
  type MachineEventInput,
  type ResourceKey,
  rankOf,
  stageOf,
} from "@neverland/api";
import { type RecentMap, recentMap } from "@neverland/platform/collections/recent-map.ts";
import type { Subject } from "./memory/event-subject.ts";

export type MachineFacts = {
  /** When the machine itself did something last, in ms since 1970. */
  readonly seenMs: number;
  /** When something of it was heard first: of this or an earlier run, as far as that is remembered. */
  readonly firstMs: number;
  /** How far its newest boot came, and when it came there first. */
  readonly stage: BootStage | undefined;
  readonly stageMs: number;
  /** What it was refused and has not come past since, and when it was refused that last. */
  readonly refusal: Refusal | undefined;
  readonly power: "on" | "off" | undefined;
  readonly address: string | undefined;
};

type Refusal = { readonly type: string; readonly reason: string; readonly message: string; readonly atMs: number };

/** What happened, as far as it counts here. What comes again says no more than its type. */
export type Fact = Pick<MachineEventInput, "address" | "data"> & {
  readonly type: string;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
};

/** `key`: of its Hardware; `mac`: of a machine that has none. `isNews`: it is more than one more sign of life. */
export type FactListener = (who: { readonly key: ResourceKey } | { readonly mac: string }, isNews: boolean) => void;

/** Machines without Hardware are remembered apart, and fewer of them: anyone can make up MACs. */
export const mostStrangers = 4096;
const mostKnown = 100_000;
/**
 * Firmware asks again after 4, 8 and 16 s (PXE 2.1 §2.2.2); who makes up MACs has a new one each time. So those that asked again are remembered
 * apart, where made-up ones do not push them out.
 */
const asksAgainAfterMs = 2000;
const mostRepeated = 1024;

export class MachineFactBook {
  readonly #known: RecentMap<string, MachineFacts> = recentMap(mostKnown);
  readonly #strangers: RecentMap<string, MachineFacts> = recentMap(mostStrangers);
  readonly #repeated: RecentMap<string, MachineFacts> = recentMap(mostRepeated);
  readonly #listeners = new Set<FactListener>();

  /** Takes every event there is, before anything drops or counts it. */
  note({ namespace, hardware, mac }: Subject, fact: Fact, atMs: number): void {
    if (Number.isNaN(atMs) || eventTypeInfo(fact.type)?.plane !== "boot") return;
    const who = hardware === undefined ? mac && { mac } : { key: { namespace, name: hardware } };
    if (!who) return;
    const id = "key" in who ? formatKey(who.key) : who.mac;
    const before = "key" in who ? this.#known.get(id) : (this.#repeated.get(id) ?? this.#strangers.get(id));
    const after = factsAfter(before, fact, atMs);
    if (after === before) return;
    if ("key" in who) this.#known.set(id, after);
    else this.#keepStranger(id, after);
    const isNews = before === undefined || !isSameButTime(before, after);
    for (const listener of this.#listeners) listener(who, isNews);
  }

  ofHardware(key: ResourceKey): MachineFacts | undefined {
    return this.#known.peek(formatKey(key));
  }

  /** @param mac Lower case with colons. */
  ofStranger(mac: string): MachineFacts | undefined {
    return this.#repeated.peek(mac) ?? this.#strangers.peek(mac);
  }

  /** Whether it asked again after a while, as machines do. */
  isRepeated(mac: string): boolean {
    return this.#repeated.has(mac);
  }

  /** MACs: those that asked again, then the others; of each the one that was heard last first. */
  *strangers(): Iterable<string> {
    yield* this.#repeated.keys();
    yield* this.#strangers.keys();
  }

  forgetHardware(key: ResourceKey): void {
    this.#known.delete(formatKey(key));
  }

  forgetStranger(mac: string): void {
    this.#repeated.delete(mac);
    this.#strangers.delete(mac);
  }

  #keepStranger(mac: string, facts: MachineFacts): void {
    const asksAgain = facts.firstMs > 0 && facts.seenMs - facts.firstMs >= asksAgainAfterMs;
    if (!asksAgain && !this.#repeated.has(mac)) return void this.#strangers.set(mac, facts);
    this.#strangers.delete(mac);
    this.#repeated.set(mac, facts);
  }

  /** Calls back at once at each fact. @returns What ends that. */
  onFact(listener: FactListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** What is read back from the log comes after what has just been seen: of that, what is older changes nothing. */
function factsAfter(before: MachineFacts | undefined, fact: Fact, atMs: number): MachineFacts {
  if (before !== undefined && atMs < before.seenMs) return before;
  const isSign = isSignOfLife(fact.type);
  if (before === undefined && !isSign) return { ...nothing, power: powerAfter(fact.type, undefined) };
  const known = before ?? { ...nothing, firstMs: atMs };
  const stage = stageAfter(known, fact);
  const isFurther = stage !== known.stage;
  return {
    seenMs: isSign ? atMs : known.seenMs,
    firstMs: known.firstMs === 0 ? atMs : known.firstMs,
    stage,
    stageMs: isFurther ? atMs : known.stageMs,
    refusal: refusalAfter(known, fact, atMs),
    power: powerAfter(fact.type, known.power),
    address: addressOf(fact) ?? known.address,
  };
}

const nothing: MachineFacts = {
  ...{ seenMs: 0, firstMs: 0, stage: undefined, stageMs: 0 },
  ...{ refusal: undefined, power: undefined, address: undefined },
};

function stageAfter({ stage: known }: MachineFacts, { type, data = {} }: Fact): BootStage | undefined {
  if (type === "PoweredOn" || type === "Reset" || type === "PoweredOff") return undefined;
  const event = { type, data, atMs: 0, reason: "", message: "", workflow: "" };
  const stage = stageOf(event);
  if (stage === undefined || known === undefined) return stage ?? known;
  if (beginsAnew(event, stage, rankOf(known))) return stage;
  return rankOf(stage) > rankOf(known) ? stage : known;
}

/** Whoever comes a step further, or the same step again, has got past what it was refused. */
function refusalAfter({ refusal }: MachineFacts, fact: Fact, atMs: number): MachineFacts["refusal"] {
  const { type, reason, message = "" } = fact;
  const { sort, isAnswer } = eventTypeInfo(type) ?? {};
  if (isAnswer) return refusal;
  if (sort === "refusal") {
    if (reason !== undefined) return { type, reason, message, atMs };
    return refusal?.type === type ? { ...refusal, atMs } : refusal;
  }
  return sort === "step" && fact.reason === undefined && stageOfType(fact.type) ? undefined : refusal;
}

function stageOfType(type: string): boolean {
  return stageOf({ type, data: {}, atMs: 0, reason: "", message: "", workflow: "" }) !== undefined;
}

function powerAfter(type: string, power: MachineFacts["power"]): MachineFacts["power"] {
  if (type === "PoweredOn" || type === "Reset") return "on";
  return type === "PoweredOff" || type === "MachineDied" ? "off" : power;
}

function addressOf({ address, data }: Fact): string | undefined {
  const given = data?.address;
  return address ?? (typeof given === "string" ? given : undefined);
}

function isSameButTime(one: MachineFacts, other: MachineFacts): boolean {
  return (
    one.stage === other.stage &&
    one.refusal?.reason === other.refusal?.reason &&
    one.refusal?.message === other.refusal?.message &&
    one.power === other.power &&
    one.address === other.address &&
    one.stageMs === other.stageMs
  );
}
