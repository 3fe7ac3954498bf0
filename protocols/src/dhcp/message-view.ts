// A DHCP message read where it lies, for who answers many: what is not asked for is not read.
import { type Ipv4Address, ipv4FromBytes, unspecifiedIpv4 } from "../ip/address.ts";
import { checkDhcpMessage, type DhcpMessage, fixedBytes } from "./message.ts";
import { type DhcpOption, endOption, padOption } from "./option-list.ts";

/** What `decodeDhcpMessage` returns, over the bytes themselves: it is true for as long as they stay as they are. */
class DhcpMessageView implements DhcpMessage {
  readonly #bytes: Uint8Array;
  readonly options: readonly DhcpOption[];
  readonly trailer: Uint8Array;

  constructor(bytes: Uint8Array, options: readonly DhcpOption[], trailer: Uint8Array) {
    this.#bytes = bytes;
    this.options = options;
    this.trailer = trailer;
  }

  get op(): number {
    return this.#number(0, 1);
  }

  get htype(): number {
    return this.#number(1, 1);
  }

  get hlen(): number {
    return this.#number(2, 1);
  }

  get hops(): number {
    return this.#number(3, 1);
  }

  get xid(): number {
    return this.#number(4, 4);
  }

  get secs(): number {
    return this.#number(8, 2);
  }

  get flags(): number {
    return this.#number(10, 2);
  }

  get ciaddr(): Ipv4Address {
    return this.#address(12);
  }

  get yiaddr(): Ipv4Address {
    return this.#address(16);
  }

  get siaddr(): Ipv4Address {
    return this.#address(20);
  }

  get giaddr(): Ipv4Address {
    return this.#address(24);
  }

  get chaddr(): Uint8Array {
    return this.#bytes.subarray(28, 44);
  }

  get sname(): Uint8Array {
    return this.#bytes.subarray(44, 108);
  }

  get file(): Uint8Array {
    return this.#bytes.subarray(108, 236);
  }

  #number(at: number, sizeBytes: number): number {
    let value = 0;
    for (let i = at; i < at + sizeBytes; i++) value = value * 256 + (this.#bytes[i] ?? 0);
    return value;
  }

  #address(at: number): Ipv4Address {
    return this.#number(at, 4) === 0 ? unspecifiedIpv4 : ipv4FromBytes(this.#bytes.subarray(at, at + 4));
  }
}

/**
 * Reads the payload of one UDP datagram to a DHCP port.
 * @param bytes Not to be changed while the message is used.
 * @throws {PacketError} What `decodeDhcpMessage` throws.
 */
export function viewDhcpMessage(bytes: Uint8Array): DhcpMessage {
  checkDhcpMessage(bytes);
  const options: DhcpOption[] = [];
  for (let at = fixedBytes; at < bytes.length; ) {
    const code = bytes[at++] ?? 0;
    if (code === endOption) return new DhcpMessageView(bytes, options, bytes.subarray(at - 1));
    if (code === padOption) {
      options.push({ code, value: nothing });
      continue;
    }
    const length = bytes[at] ?? bytes.length;
    if (at + 1 + length > bytes.length) return new DhcpMessageView(bytes, options, bytes.subarray(at - 1));
    options.push({ code, value: bytes.subarray(at + 1, at + 1 + length) });
    at += 1 + length;
  }
  return new DhcpMessageView(bytes, options, nothing);
}

const nothing = new Uint8Array(0);
