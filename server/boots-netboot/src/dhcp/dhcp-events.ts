// What DHCP did, as it reads on a machine's timeline: what was given to whom, and what it does with it; or why it was not answered.
import { interfaceDoubts, type MachineEventInput } from "@neverland/api";
import type { MachineCard } from "@neverland/machines/machine-card.ts";
import { recentMap } from "@neverland/platform/collections/recent-map.ts";
import { NetworkError } from "@neverland/platform/network/network-error.ts";
import {
  type ClientIdentity,
  type DhcpMessage,
  type Ipv4Address,
  type MacAddress,
  optionFault,
  PacketError,
} from "@neverland/protocols";
import type { EventGate, Said } from "@neverland/timeline/budgets/event-gate.ts";
import { announcedArchitecture, type BootClientKind, type BootPlan } from "../boot-plan.ts";
import { tellFault } from "../own-fault.ts";
import type { HolderFinding } from "./address-conflicts.ts";
import type { DhcpDecision, DhcpReplyDecision } from "./dhcp-responder.ts";

/**
 * Silences are repeated on the timeline after this long, answers to a repeated message after a moment. So are strangers: the
 * timeline counts them, and must hear of one that goes on asking, or those who asked once push it out.
 */
const silenceQuietMs = 24 * 3_600_000;
const repeatQuietMs = 10_000;
/** How long after a fault of the same kind another one is worth an event. */
const faultQuietMs = 60_000;
/** Machines between their DISCOVER and their REQUEST. */
const mostCards = 4096;

const eventTypes = { offer: "DhcpOffer", ack: "DhcpAck", nak: "DhcpNak" } as const;

/** What can be told at once. */
type ToldDecision = Exclude<DhcpDecision, { kind: "declined" }>;

/** The events of one link. */
export class DhcpEvents {
  readonly #gate: EventGate;
  readonly #link: string;
  readonly #doubts = recentMap<MachineCard, readonly string[]>(mostCards);

  constructor(gate: EventGate, link: string) {
    this.#gate = gate;
    this.#link = link;
  }

  /** @param leftOut Of a reply: the options that there was no room for, by name. @returns What has been said of it. */
  decided(
    message: DhcpMessage,
    mac: MacAddress | undefined,
    decision: ToldDecision,
    leftOut: readonly string[] = [],
  ): Said {
    const { machine } = decision;
    const who = { source: "boots/dhcp", link: this.#link, mac, hardware: machine?.key } as const;
    const fault = decision.kind === "reply" ? optionFault(message, decision.options) : undefined;
    if (fault !== undefined)
      this.#gate.once(`dhcp faulty ${mac}`, silenceQuietMs, { ...who, ...faultFacts(mac, fault) });
    if (decision.kind === "reply" && decision.type !== "nak") {
      const doubts = this.#doubtsOf(decision.machine);
      // Before the answer itself, which is the last that was seen of the machine.
      if (doubts.length + leftOut.length > 0)
        for (const left of leftOutOf(decision.machine, leftOut, doubts))
          this.#gate.once(`dhcp left out ${mac} ${left.cause}`, silenceQuietMs, { ...who, ...left.facts });
    }
    const { cause, quietMs } = causeOf(decision);
    return this.#gate.onceOf(`dhcp ${cause} ${mac}`, quietMs, machine !== undefined, () => ({
      ...who,
      ...factsOf(message, decision),
    }));
  }

  /** Whether an answer of which so much has been said is a repeat, to be counted and no more. */
  isRepeat(said: Said): boolean {
    return this.#gate.isRepeat(said, repeatQuietMs);
  }

  /** Looked for once while a machine asks. */
  #doubtsOf(machine: MachineCard): readonly string[] {
    const known = this.#doubts.get(machine);
    if (known !== undefined) return known;
    const { card, hardware } = machine;
    const doubts = interfaceDoubts(card, `spec.interfaces[${hardware.spec?.interfaces?.indexOf(card)}]`);
    this.#doubts.set(machine, doubts);
    return doubts;
  }

  /** Once it is known who has the address. */
  declined({ key, mac }: MachineCard, address: Ipv4Address, finding: HolderFinding): void {
    const who = { source: "boots/dhcp", link: this.#link, mac, hardware: key } as const;
    this.#gate.onceOf(`dhcp declined ${finding.found} ${mac}`, repeatQuietMs, true, () => ({
      ...who,
      ...declineFacts(mac, address, finding),
    }));
  }

  routerAdvertised({ key, mac }: MachineCard): void {
    const message = `told ${mac} that there is no IPv6 router to wait for`;
    const event = { source: "boots/dhcp", type: "RouterAdvertised", hardware: key, mac, message } as const;
    this.#gate.once(`RouterAdvertised ${mac}`, repeatQuietMs, event);
  }

  /** A datagram that could not be read, or its answer not be sent; or a fault of our own. */
  failed(address: string, error: unknown): void {
    if (error instanceof PacketError) this.#ignored(address, "UnreadablePacket", error.message);
    else if (error instanceof NetworkError) this.unsent(address, error.message);
    else tellFault(this.#gate, { source: "boots/dhcp", address, doing: `answering DHCP on ${this.#link}`, error });
  }

  /** @param why Such as `ENETUNREACH`. */
  unsent(address: string, why: string): void {
    this.#ignored(address, "SendFailed", why);
  }

  #ignored(address: string, reason: "UnreadablePacket" | "SendFailed", why: string): void {
    const message = `DHCP from ${address}: ${why}`;
    const event = { source: "boots/dhcp", link: this.#link, address, type: "DhcpIgnored", reason, message } as const;
    this.#gate.once(`dhcp ${reason} ${this.#link} ${address}`, faultQuietMs, event);
  }
}

type Facts = Pick<MachineEventInput, "type" | "reason" | "message" | "data">;

/** What is told once in a while, however often it happens: a stage of a machine's start, or why there is none. */
function causeOf(decision: ToldDecision): { cause: string; quietMs: number } {
  switch (decision.kind) {
    case "ignored": {
      const { reason } = decision;
      return { cause: reason, quietMs: reason === "UnknownMachine" ? repeatQuietMs : silenceQuietMs };
    }
    case "released":
      return { cause: decision.kind, quietMs: repeatQuietMs };
    case "reply": {
      const { type, plan } = decision;
      return { cause: `${type} ${plan.kind} ${clientName(decision)}`, quietMs: repeatQuietMs };
    }
  }
}

function factsOf(message: DhcpMessage, decision: ToldDecision): Facts {
  switch (decision.kind) {
    case "ignored":
      return { type: "DhcpIgnored", reason: decision.reason, message: decision.message };
    case "released": {
      const { machine, address } = decision;
      return { type: "DhcpRelease", message: `${machine.mac} gave ${address} back`, data: { address } };
    }
    case "reply":
      return replyFacts(message, decision);
  }
}

function faultFacts(mac: MacAddress | undefined, fault: string): Facts {
  const message = `a DHCP message of ${mac} is answered by what can be read of it: ${fault}`;
  return { type: "DhcpFaulty", reason: "UnreadablePacket", message };
}

const mostDoubts = 5;

/** Once for each change of the Hardware: of what it cannot say so, and of what one kind of firmware takes no more of. */
function leftOutOf(
  machine: MachineCard,
  leftOut: readonly string[],
  doubts: readonly string[],
): { cause: string; facts: Facts }[] {
  const version = machine.hardware.metadata.resourceVersion ?? "";
  const said = `${machine.key} (${machine.mac})`;
  const more = doubts.length > mostDoubts ? `; and ${doubts.length - mostDoubts} more` : "";
  const unusable = `not all of what ${said} says could be told by DHCP: ${doubts.slice(0, mostDoubts).join("; ")}${more}`;
  const tooLong = `a DHCP reply to ${said} may not be longer than its client takes, so it was sent without ${leftOut.join(", ")}`;
  const type = "DhcpLeftOut";
  return [
    ...(doubts.length === 0
      ? []
      : [{ cause: version, facts: { type, reason: "ValueUnusable", message: unusable } as const }]),
    ...(leftOut.length === 0
      ? []
      : [{ cause: `${version} ${leftOut}`, facts: { type, reason: "ReplyTooLong", message: tooLong } as const }]),
  ];
}

/** Whose DECLINE it is nobody knows: only that it says so. */
function declineFacts(mac: MacAddress, address: Ipv4Address, finding: HolderFinding): Facts {
  const says = `a DECLINE in the name of ${mac} says that ${address} is in use by another machine`;
  const type = "DhcpDecline";
  const data = { address };
  if (finding.found === "other") {
    const holder = finding.mac;
    const message = `${says}, and ${holder} has it, so it is not offered until that has given it up; find that machine or change the reservation`;
    return { type, reason: "AddressInUse", message, data: { ...data, holder } };
  }
  const message = `${says}; ${foundInstead[finding.found]}, so it goes on being offered`;
  return { type, reason: "DeclineUnproved", message, data };
}

const foundInstead = {
  itself: "asked by ARP, only that machine itself answers for it",
  nobody: "asked by ARP, nobody answers for it",
  unknown: "who has it cannot be asked by ARP from here",
} as const;

function replyFacts(message: DhcpMessage, decision: DhcpReplyDecision): Facts {
  const { type, plan, client, why } = decision;
  const reason = type === "nak" ? "WrongAddress" : plan.kind === "refused" ? plan.reason : undefined;
  const data: Record<string, string | number | boolean> = { xid: message.xid, plan: plan.kind };
  if (type !== "nak") data.address = addressAfter(decision);
  if (client.vendorClass !== "") data.vendorClass = client.vendorClass;
  if (client.uuid !== undefined) data.uuid = client.uuid;
  const file = plan.kind === "not-asked" || plan.kind === "refused" ? undefined : plan.file;
  if (file !== undefined) data.file = file;
  return { type: eventTypes[type], reason, message: why ?? describeGrant(decision), data };
}

const clientNames: Readonly<Record<BootClientKind, string>> = {
  pxe: "the firmware (PXE)",
  http: "the firmware (HTTP boot)",
  ipxe: "iPXE",
};

/** `offered 10.77.0.50 to iPXE of default/m50 (52:54:00:00:00:32), which is to load http://…/auto.ipxe`. */
function describeGrant(decision: DhcpReplyDecision): string {
  const { type, machine, plan } = decision;
  const address = addressAfter(decision);
  const whom = `${clientName(decision)} of ${machine.key} (${machine.mac})`;
  const next = plan.kind === "not-asked" || plan.client === undefined ? "" : whatNext(plan, decision.client);
  if (decision.address === undefined)
    return `told its settings to ${whom}, which has the address ${address} from elsewhere${next}`;
  return `${type === "offer" ? "offered" : "acknowledged"} ${address} to ${whom}${next}`;
}

/** What the machine has after this answer: who sends an INFORM has an address of its own, and is given none. */
function addressAfter({ address, request }: DhcpReplyDecision): Ipv4Address {
  return address ?? request.ciaddr;
}

function clientName({ plan, client, machine }: DhcpReplyDecision): string {
  const kind = plan.kind === "not-asked" ? undefined : plan.client;
  return kind === undefined ? systemName(client, machine) : clientNames[kind];
}

/** Hook asks with BusyBox's client, and only on a machine that was let boot from us; installed systems hardly ever do. */
function systemName({ vendorClass }: ClientIdentity, { card }: MachineCard): string {
  return vendorClass.startsWith("udhcp") && card.netboot?.allowPXE === true ? "Hook" : "the operating system";
}

function whatNext(plan: BootPlan, client: ClientIdentity): string {
  switch (plan.kind) {
    case "not-asked":
      return "";
    case "refused":
      return plan.reason === "NetbootNotAllowed"
        ? ", which may not netboot and goes on to its disk"
        : `, ${nothingFor(client)}`;
    case "operator":
      return `, which is to load ${plan.file} from ${plan.server}`;
    case "binary":
    case "script":
      return `, which ${plan.kind === "binary" && plan.isTakenForBios ? takenForBios : ""}is to load ${plan.file}`;
  }
}

const takenForBios = "does not say its architecture (option 93), is taken for a PC's BIOS, and ";

function nothingFor(client: ClientIdentity): string {
  const architecture = announcedArchitecture(client);
  const said = client.architecture === undefined ? `by option 60 (${client.vendorClass})` : "in option 93";
  return architecture === undefined
    ? "which does not say its architecture (option 93), so there is nothing to load: name a file in netboot.ipxe.binary of the Hardware"
    : `for whose architecture, ${architecture} ${said}, there is nothing to load: name a file by --arch-binary ${architecture}=FILE`;
}
