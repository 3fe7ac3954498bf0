// Replies from parts that were encoded before: what follows from a machine's record, or from a kind of client, is made once. Byte for
// byte what dhcp-reply.ts makes, which is asked where a reply has something of its own.
import type { MachineCard } from "@neverland/machines/machine-card.ts";
import { recentMap } from "@neverland/platform/collections/recent-map.ts";
import {
  BootpOp,
  encodeDhcpMessage,
  encodeOptions,
  endOption,
  fixedBytes,
  headerAt,
  type Ipv4Address,
  ipv4ToBytes,
  leastReplyBytes,
  MessageType,
  magicCookie,
  OptionCode,
  unspecifiedIpv4,
} from "@neverland/protocols";
import type { BootPlan } from "../boot-plan.ts";
import { composeReply, fileFieldBytes, nextServer, type ReplyConfig, sizeLimitBytes } from "./dhcp-reply.ts";
import { bootOptions, leaseOptions, networkOptions } from "./dhcp-reply-options.ts";
import type { DhcpReplyDecision } from "./dhcp-responder.ts";

/** Option 53 and option 54, before all others. */
const firstOptionsBytes = 9;
/** Machines between their DISCOVER and their REQUEST. */
const mostCards = 4096;

interface CardParts {
  readonly address: Uint8Array;
  readonly lease: Uint8Array;
  readonly network: Uint8Array;
}

export interface WrittenReply {
  readonly sizeBytes: number;
  /** By name: the options that there was no room for. */
  readonly leftOut: readonly string[];
}

const noneLeftOut: readonly string[] = [];

export class PreparedReplies {
  readonly #config: ReplyConfig;
  readonly #server: Uint8Array;
  /** A record that changes is another card. Those that ask now: what they are answered again stands in standing-answers.ts. */
  readonly #cards = recentMap<MachineCard, CardParts>(mostCards);
  /** By what the options of a plan depend on, where that is no file's name: a handful. */
  readonly #plans = new Map<string, Uint8Array>();
  readonly #text = new TextEncoder();

  constructor(config: ReplyConfig) {
    this.#config = config;
    this.#server = ipv4ToBytes(config.serverAddress);
  }

  /** Writes a reply. @param out Room for a packet of Ethernet's. @throws {PacketError} where none can be put together. */
  write(out: Uint8Array, decision: DhcpReplyDecision): WrittenReply {
    const sizeBytes = this.#writePrepared(out, decision);
    if (sizeBytes !== undefined) return { sizeBytes, leftOut: noneLeftOut };
    const { message, leftOut } = composeReply(decision, this.#config);
    const reply = encodeDhcpMessage(message);
    out.set(reply);
    return { sizeBytes: reply.length, leftOut };
  }

  /** @returns Undefined where it does not fit as it is, and where it is of no common kind. */
  #writePrepared(out: Uint8Array, decision: DhcpReplyDecision): number | undefined {
    const { type, request, options, machine, address, plan } = decision;
    if (type === "nak" || plan.kind === "operator") return undefined;
    const clientId = echoed(options, OptionCode.clientIdentifier);
    const relayInformation = echoed(options, OptionCode.relayAgentInformation);
    if ((clientId?.length ?? 0) > 255 || (relayInformation?.length ?? 0) > 255) return undefined;
    const card = this.#partsOf(machine);
    const boot = this.#bootPart(plan);
    if (boot === undefined) return undefined;
    const echoBytes = echoSize(clientId) + echoSize(relayInformation);
    const leaseBytes = address === undefined ? 0 : card.lease.length;
    const used = fixedBytes + firstOptionsBytes + leaseBytes + card.network.length + boot.length + echoBytes + 1;
    if (used > sizeLimitBytes(options)) return undefined;

    out.fill(0, 0, Math.max(used, leastReplyBytes));
    out[0] = BootpOp.reply;
    out[1] = request.htype;
    out[2] = request.hlen;
    writeNumber(out, headerAt.xid, request.xid);
    out[headerAt.flags] = request.flags >>> 8;
    out[headerAt.flags + 1] = request.flags;
    writeAddress(out, headerAt.ciaddr, request.ciaddr);
    if (address !== undefined) out.set(card.address, headerAt.yiaddr);
    writeAddress(out, headerAt.siaddr, nextServer(plan, this.#config.serverAddress));
    writeAddress(out, headerAt.giaddr, request.giaddr);
    out.set(request.chaddr, headerAt.chaddr);
    if (plan.kind !== "not-asked")
      this.#text.encodeInto(plan.file, out.subarray(headerAt.file, headerAt.file + fileFieldBytes));
    writeNumber(out, headerAt.cookie, magicCookie);

    let end = fixedBytes;
    out[end++] = OptionCode.messageType;
    out[end++] = 1;
    out[end++] = type === "offer" ? MessageType.offer : MessageType.ack;
    end = writeOption(out, end, OptionCode.serverIdentifier, this.#server);
    if (address !== undefined) end = copy(out, end, card.lease);
    end = copy(out, end, card.network);
    end = copy(out, end, boot);
    if (clientId !== undefined) end = writeOption(out, end, OptionCode.clientIdentifier, clientId);
    if (relayInformation !== undefined) end = writeOption(out, end, OptionCode.relayAgentInformation, relayInformation);
    out[end++] = endOption;
    return Math.max(end, leastReplyBytes);
  }

  #partsOf(machine: MachineCard): CardParts {
    const known = this.#cards.get(machine);
    if (known !== undefined) return known;
    const reservation = machine.card.dhcp ?? {};
    const parts = {
      address: machine.address === undefined ? new Uint8Array(4) : ipv4ToBytes(machine.address),
      lease: encodeOptions(leaseOptions(reservation)),
      network: encodeOptions(networkOptions(reservation, this.#config.syslogAddress)),
    };
    this.#cards.set(machine, parts);
    return parts;
  }

  #bootPart(plan: BootPlan): Uint8Array | undefined {
    if (plan.kind === "not-asked") return nothing;
    // A longer name is an option of its own. What is not ASCII has more bytes than characters.
    if (plan.file.length >= fileFieldBytes || !isAscii(plan.file)) return undefined;
    const key = `${plan.kind} ${plan.client} ${plan.kind === "binary" && plan.isRaspberryPi}`;
    const known = this.#plans.get(key);
    if (known !== undefined) return known;
    const part = encodeOptions(bootOptions(plan, fileFieldBytes));
    this.#plans.set(key, part);
    return part;
  }
}

const nothing = new Uint8Array(0);

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}

/** Of an empty option nothing goes back. */
function echoed(options: ReadonlyMap<number, Uint8Array>, code: number): Uint8Array | undefined {
  const value = options.get(code);
  return value?.length === 0 ? undefined : value;
}

function echoSize(value: Uint8Array | undefined): number {
  return value === undefined ? 0 : value.length + 2;
}

function writeOption(out: Uint8Array, end: number, code: number, value: Uint8Array): number {
  out[end] = code;
  out[end + 1] = value.length;
  return copy(out, end + 2, value);
}

function copy(out: Uint8Array, end: number, bytes: Uint8Array): number {
  out.set(bytes, end);
  return end + bytes.length;
}

function writeNumber(out: Uint8Array, offset: number, value: number): void {
  out[offset] = value >>> 24;
  out[offset + 1] = value >>> 16;
  out[offset + 2] = value >>> 8;
  out[offset + 3] = value;
}

function writeAddress(out: Uint8Array, offset: number, address: Ipv4Address): void {
  if (address !== unspecifiedIpv4) out.set(ipv4ToBytes(address), offset);
}
