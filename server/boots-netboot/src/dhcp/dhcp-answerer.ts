// DHCP on one link, a datagram at a time: what was answered a moment ago again, and else read, look up, decide, tell, answer. No datagram
// can stop it.
import type { MachineIndex } from "@neverland/machines/machine-index.ts";
import { clientMac, type DhcpMessage, type MacAddress, unspecifiedIpv4, viewDhcpMessage } from "@neverland/protocols";
import type { AddressConflicts, HolderFinding, HolderQuestion } from "./address-conflicts.ts";
import type { DhcpEvents } from "./dhcp-events.ts";
import { type DhcpConfig, type DhcpDecision, type DhcpReplyDecision, respondToDhcp } from "./dhcp-responder.ts";
import type { DhcpTransmitter } from "./dhcp-transmitter.ts";
import { PreparedReplies } from "./prepared-replies.ts";
import { relayOf, replyDestination } from "./reply-address.ts";
import { StandingAnswers } from "./standing-answers.ts";

export interface DhcpAnswererDeps {
  readonly transmitter: DhcpTransmitter;
  readonly index: Pick<MachineIndex, "reservation">;
  readonly config: DhcpConfig;
  readonly events: DhcpEvents;
  readonly conflicts: AddressConflicts;
}

export class DhcpAnswerer {
  readonly #deps: DhcpAnswererDeps;
  readonly #replies: PreparedReplies;
  readonly #standing: StandingAnswers;

  constructor(deps: DhcpAnswererDeps) {
    this.#deps = deps;
    this.#replies = new PreparedReplies(deps.config);
    const { events, config } = deps;
    this.#standing = new StandingAnswers(config.serverAddress, (said) => events.isRepeat(said));
  }

  /** @param sender As text, for what is told of a datagram that cannot be read. */
  answer(datagram: Uint8Array, sender: () => string): void {
    const { transmitter } = this.#deps;
    try {
      const sizeBytes = this.#standing.write(datagram, transmitter.room());
      if (sizeBytes > 0) transmitter.sendToRelay(sizeBytes, relayOf(datagram));
      else this.#answer(datagram, viewDhcpMessage(datagram));
    } catch (error) {
      this.#deps.events.failed(sender(), error);
    }
  }

  /** Who has an address, which `conflicts` had asked. */
  found({ mac, address, isDeclined }: HolderQuestion, finding: HolderFinding): void {
    const { conflicts, index, events } = this.#deps;
    const known = conflicts.found(address, finding);
    const lookup = index.reservation(mac);
    if (isDeclined && lookup.found === "one") events.declined(lookup.machine, address, known);
  }

  /** The record of this machine has changed. */
  forget(mac: MacAddress): void {
    this.#standing.forget(mac);
  }

  /** Records have come to contradict each other. */
  forgetAll(): void {
    this.#standing.forgetAll();
  }

  #answer(datagram: Uint8Array, message: DhcpMessage): void {
    const { index, conflicts, config, events } = this.#deps;
    const mac = clientMac(message);
    const lookup = mac === undefined ? ({ found: "none" } as const) : index.reservation(mac);
    const decision = respondToDhcp(message, lookup, conflicts, config);
    if (decision.kind === "reply") {
      this.#reply(datagram, message, mac, decision);
      return;
    }
    if (decision.kind === "declined") {
      this.#declined(decision);
      return;
    }
    events.decided(message, mac, decision);
    const address = decision.machine?.address;
    // The other may have gone meanwhile.
    if (decision.kind === "ignored" && decision.reason === "AddressInUse" && mac !== undefined && address !== undefined)
      conflicts.ask({ mac, address, isDeclined: false });
  }

  #declined({ machine, address, mayAsk }: DhcpDecision & { kind: "declined" }): void {
    const { conflicts, events } = this.#deps;
    const finding = mayAsk
      ? conflicts.ask({ mac: machine.mac, address, isDeclined: true })
      : ({ found: "unknown" } as const);
    if (finding !== undefined) events.declined(machine, address, finding);
  }

  #reply(datagram: Uint8Array, request: DhcpMessage, mac: MacAddress | undefined, decision: DhcpReplyDecision): void {
    const { transmitter, events } = this.#deps;
    const { address = unspecifiedIpv4, machine, type } = decision;
    const to = replyDestination(request, machine.mac, { yiaddr: address, isNak: type === "nak" });
    const room = transmitter.room();
    const { sizeBytes, leftOut } = this.#replies.write(room, decision);
    const said = events.decided(request, mac, decision, leftOut);
    if (type !== "nak") this.#standing.keep(datagram, room.subarray(0, sizeBytes), said);
    transmitter.send(sizeBytes, to);
    if (to.to === "relay" || !waitsForRouter(decision) || !transmitter.advertiseNoRouter(machine.mac)) return;
    events.routerAdvertised(machine);
  }
}

/**
 * Only iPXE: it asks for DHCP and an IPv6 router at the same time, and waits 16 s for the latter, also when it is then to
 * go on to its disk. An installed system never says that it is iPXE.
 */
function waitsForRouter({ plan }: DhcpReplyDecision): boolean {
  return plan.kind === "script" || (plan.kind === "refused" && plan.client === "ipxe");
}
