// The machines that are about to get an address: which one each xid belongs to, what it waits for, and since when.
import { MessageType } from "@neverland/protocols";
import { faultOfReply } from "./check-reply.ts";
import { replyTimeoutMs } from "./dora-order.ts";

/** An xid is a slot and how often the slot was used before. */
const slotBits = 13;
const mostSlots = 1 << slotBits;

const Stage = { free: 0, discover: 1, request: 2 } as const;

export interface DoraRoute {
  readonly relay: number;
  readonly server: number;
}

/** A number: the xid with which its REQUEST is due. */
export type Taken = number | "done" | "nothing";

export class DoraSlots {
  readonly #route: DoraRoute;
  readonly #machine = new Int32Array(mostSlots);
  readonly #turn = new Uint32Array(mostSlots);
  readonly #stage = new Uint8Array(mostSlots);
  readonly #startMs = new Float64Array(mostSlots);
  readonly #sentMs = new Float64Array(mostSlots);
  readonly #free = Array.from({ length: mostSlots }, (_, at) => mostSlots - 1 - at);
  readonly latenciesMs: number[] = [];
  dropped = 0;
  late = 0;
  readonly wrong = { count: 0, first: "" };

  constructor(route: DoraRoute) {
    this.#route = route;
  }

  get underWay(): number {
    return mostSlots - this.#free.length;
  }

  /** @returns The xid of its messages; undefined when no slot is left. */
  begin(machine: number, nowMs: number): number | undefined {
    const slot = this.#free.pop();
    if (slot === undefined) return undefined;
    this.#machine[slot] = machine;
    this.#stage[slot] = Stage.discover;
    this.#startMs[slot] = nowMs;
    this.#sentMs[slot] = nowMs;
    this.#turn[slot] = (this.#turn[slot] ?? 0) + 1;
    return this.#xidOf(slot);
  }

  machineOf(xid: number): number {
    return this.#machine[xid % mostSlots] ?? 0;
  }

  take(view: DataView, nowMs: number): Taken {
    const xid = view.byteLength < 8 ? 0 : view.getUint32(4);
    const slot = xid % mostSlots;
    const stage = this.#stage[slot] ?? Stage.free;
    if (xid !== this.#xidOf(slot) || stage === Stage.free) return this.#stray(xid, slot);
    const type = stage === Stage.discover ? MessageType.offer : MessageType.ack;
    const fault = faultOfReply(view, { type, index: this.#machine[slot] ?? 0, ...this.#route });
    if (fault !== undefined) return this.#fault(fault);
    if (stage === Stage.discover) {
      this.#stage[slot] = Stage.request;
      this.#sentMs[slot] = nowMs;
      return xid;
    }
    this.latenciesMs.push(nowMs - (this.#startMs[slot] ?? 0));
    this.#release(slot);
    return "done";
  }

  /** Gives up those that have waited too long. */
  expire(nowMs: number): void {
    for (let slot = 0; slot < mostSlots; slot += 1) {
      if (this.#stage[slot] === Stage.free || nowMs - (this.#sentMs[slot] ?? 0) <= replyTimeoutMs) continue;
      this.dropped += 1;
      this.#release(slot);
    }
  }

  #stray(xid: number, slot: number): Taken {
    if (xid > this.#xidOf(slot)) return this.#fault(`xid ${xid} was never sent`);
    this.late += 1;
    return "nothing";
  }

  #fault(reason: string): Taken {
    if (this.wrong.count === 0) this.wrong.first = reason;
    this.wrong.count += 1;
    return "nothing";
  }

  #release(slot: number): void {
    this.#stage[slot] = Stage.free;
    this.#free.push(slot);
  }

  #xidOf(slot: number): number {
    return (this.#turn[slot] ?? 0) * mostSlots + slot;
  }
}
