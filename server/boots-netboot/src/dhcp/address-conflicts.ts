// Addresses that somebody said are another machine's: who has them, as far as could be found out, and when that is asked again.
import { recentMap } from "@neverland/platform/collections/recent-map.ts";
import type { Ipv4Address, MacAddress } from "@neverland/protocols";

/** Who has an address. */
export type HolderFinding =
  | { readonly found: "other"; readonly mac: MacAddress }
  /** The machine whose it is. */
  | { readonly found: "itself" }
  | { readonly found: "nobody" }
  /** Nobody could be asked. */
  | { readonly found: "unknown" };

export interface HolderQuestion {
  /** Whose address it is. */
  readonly mac: MacAddress;
  readonly address: Ipv4Address;
  /** A DECLINE is why it is asked: it wants to be told of. */
  readonly isDeclined: boolean;
}

interface Dispute {
  readonly askedMs: number;
  /** From then on. */
  readonly waitMs: number;
  readonly finding: HolderFinding | undefined;
}

/** How soon it is asked again: as long as it is disputed, half as often each time. A flood of DECLINEs makes no storm of ARP. */
const [firstWaitMs, longestWaitMs] = [2000, 30_000];
/** What was not disputed for so long is a new dispute. */
const overMs = 10 * longestWaitMs;

/** One for each machine of a full hall; those whose Hardware has gone are never asked for again. */
const mostAddresses = 50_000;

/** Of one link. Anyone on it can send a DECLINE in a machine's name, so it is a reason to ask and no more. */
export class AddressConflicts {
  readonly #nowMs: () => number;
  readonly #ask: (question: HolderQuestion) => void;
  readonly #disputes = recentMap<Ipv4Address, Dispute>(mostAddresses);

  /** @param ask Does not wait; `found` is called later, or never. */
  constructor(nowMs: () => number, ask: (question: HolderQuestion) => void) {
    this.#nowMs = nowMs;
    this.#ask = ask;
  }

  /** Which other machine has it. */
  holder(address: Ipv4Address): MacAddress | undefined {
    const finding = this.#disputes.get(address)?.finding;
    return finding?.found === "other" ? finding.mac : undefined;
  }

  /** Has it asked who has an address, unless that was done a moment ago. @returns What was found then. */
  ask(question: HolderQuestion): HolderFinding | undefined {
    const nowMs = this.#nowMs();
    const before = this.#disputes.get(question.address);
    const sinceMs = before === undefined ? overMs : nowMs - before.askedMs;
    if (before !== undefined && sinceMs < before.waitMs) return before.finding;
    const waitMs = before === undefined || sinceMs >= overMs ? firstWaitMs : Math.min(2 * before.waitMs, longestWaitMs);
    // What was found before holds until something else is.
    this.#disputes.set(question.address, { askedMs: nowMs, waitMs, finding: before?.finding });
    this.#ask(question);
    return undefined;
  }

  /** @returns What holds from now on: where nobody could be asked, whoever was found before still has it. */
  found(address: Ipv4Address, finding: HolderFinding): HolderFinding {
    const dispute = this.#disputes.get(address);
    if (dispute === undefined) return finding;
    if (finding.found === "unknown" && dispute.finding?.found === "other") return dispute.finding;
    this.#disputes.set(address, { ...dispute, finding });
    return finding;
  }
}
