// Asks a link by ARP who has an address: on the main thread, which has time to wait for answers.
import type { MachineIndex } from "@neverland/machines/machine-index.ts";
import { runningLink } from "@neverland/platform/network/interfaces.ts";
import { NetworkError } from "@neverland/platform/network/network-error.ts";
import { broadcastMac, EtherType, type PacketSender } from "@neverland/platform/network/packet-socket.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { pause } from "@neverland/platform/wait/pause.ts";
import { buildAddressProbe, type MacAddress, readAddressClaim } from "@neverland/protocols";
import type { HolderFinding, HolderQuestion } from "./address-conflicts.ts";

export interface AddressHoldersDeps {
  /** Undefined where raw frames cannot be had: then nobody is asked. */
  readonly packets: Pick<PacketSender, "send" | "listen"> | undefined;
  readonly index: Pick<MachineIndex, "byMac">;
  readonly clock: Pick<Clock, "after">;
}

export interface AskedLink {
  readonly name: string;
  readonly index: number;
}

/** RFC 5227 §2.1.1 asks three times. Who is there answers within milliseconds, and a frame may be lost. */
const mostProbes = 3;
const looksPerProbe = 15;
const lookEveryMs = 20;
/** ARP's frames of a link that are looked at in one go: others have their turn then. */
const mostFrames = 256;
/** However many machines are said to be in conflict: each is a few broadcasts, which the whole link hears. */
const mostAtOnce = 16;

export class AddressHolders {
  readonly #deps: AddressHoldersDeps;
  #asked = 0;

  constructor(deps: AddressHoldersDeps) {
    this.#deps = deps;
  }

  /** Within a second; at once when another machine answers. */
  async find(link: AskedLink, question: HolderQuestion, signal: AbortSignal): Promise<HolderFinding> {
    const { packets } = this.#deps;
    if (packets === undefined || this.#asked >= mostAtOnce) return { found: "unknown" };
    this.#asked += 1;
    try {
      return await this.#ask(packets, link, question, signal);
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      return { found: "unknown" };
    } finally {
      this.#asked -= 1;
    }
  }

  async #ask(
    packets: Pick<PacketSender, "send" | "listen">,
    link: AskedLink,
    { mac, address }: HolderQuestion,
    signal: AbortSignal,
  ): Promise<HolderFinding> {
    const heard = packets.listen(link, EtherType.arp);
    let isItself = false;
    try {
      // As it is now: a bridge takes another when a port comes.
      const probe = buildAddressProbe(runningLink(link.name).mac as MacAddress, address); // the kernel says so
      for (let look = 0; look < mostProbes * looksPerProbe && !signal.aborted; look++) {
        if (look % looksPerProbe === 0) packets.send(link, broadcastMac, EtherType.arp, probe);
        await pause(this.#deps.clock, lookEveryMs, signal);
        for (let frames = 0; frames < mostFrames; frames++) {
          const frame = heard.take();
          if (frame === undefined) break;
          const claim = readAddressClaim(frame);
          if (claim?.address !== address) continue;
          if (!this.#isOf(mac, claim.mac)) return { found: "other", mac: claim.mac };
          isItself = true;
        }
      }
      return { found: isItself ? "itself" : "nobody" };
    } finally {
      heard.close();
    }
  }

  /** Linux answers for all its addresses on each of its cards: another card of the same machine is no other machine. */
  #isOf(mac: MacAddress, claims: MacAddress): boolean {
    if (mac === claims) return true;
    const [own, other] = [this.#deps.index.byMac(mac), this.#deps.index.byMac(claims)];
    return own.found === "one" && other.found === "one" && own.machine.key === other.machine.key;
  }
}
