// Reads of a relayed DISCOVER or REQUEST, where it lies and without an allocation, which machine sends it and what it has in common with
// those of others. Whatever is not of the common shape is left to who decodes it whole.
import {
  BootpOp,
  endOption,
  fixedBytes,
  headerAt,
  MessageType,
  magicCookie,
  OptionCode,
  padOption,
} from "@neverland/protocols";

/** What clients send has a hundred or two. */
const mostKindBytes = 600;

/** One that is used again for each message: what it says holds until the next `read`. */
export class RequestScan {
  /** MAC address as a number. */
  mac = 0;
  /** Option 53: DISCOVER or REQUEST. */
  type = 0;
  /** Where these options' values begin, behind their length; 0 where they are not there. Options 50 and 54 have four bytes. */
  requestedAt = 0;
  serverAt = 0;
  clientIdAt = 0;
  relayAt = 0;
  /**
   * What decides how this kind of request is answered, but for whose it is: the options that client-identity.ts and dhcp-reply.ts look at, in
   * their order, and how much room those need that go back.
   */
  readonly kind = new Uint8Array(mostKindBytes);
  kindSize = 0;
  /** Of `kind`. */
  hash = 0;

  /** @returns False for what is of another shape, or broken. */
  read(bytes: Uint8Array): boolean {
    const { length } = bytes;
    if (length < fixedBytes || bytes[0] !== BootpOp.request || bytes[1] !== 1 || bytes[2] !== 6) return false;
    if (!isZero(bytes, headerAt.ciaddr) || isZero(bytes, headerAt.giaddr)) return false;
    if (wordAt(bytes, headerAt.cookie) !== magicCookie) return false;
    this.mac =
      wordAt(bytes, headerAt.chaddr) * 0x1_0000 +
      ((bytes[headerAt.chaddr + 4] ?? 0) << 8) +
      (bytes[headerAt.chaddr + 5] ?? 0);
    this.type = this.requestedAt = this.serverAt = this.clientIdAt = this.relayAt = this.kindSize = 0;
    this.hash = 0x811c9dc5;
    let place = fixedBytes;
    while (place < length) {
      const code = bytes[place++] ?? endOption;
      if (code === endOption) break;
      if (code === padOption) continue;
      const size = bytes[place++] ?? 0;
      if (place + size > length || this.kindSize + 2 + size > mostKindBytes) return false;
      if (!this.#take(bytes, code, size, place)) return false;
      place += size;
    }
    if (place > length) return false;
    return this.type === MessageType.discover || (this.type === MessageType.request && this.requestedAt !== 0);
  }

  /** @returns False where there is more than one of what there is to be one of, or options elsewhere. */
  #take(bytes: Uint8Array, code: number, size: number, valueAt: number): boolean {
    switch (code) {
      case OptionCode.messageType:
        if (size !== 1 || this.type !== 0) return false;
        this.type = bytes[valueAt] ?? 0;
        this.#addOption(bytes, code, size, valueAt, size);
        return true;
      case OptionCode.requestedAddress:
        if (size !== 4 || this.requestedAt !== 0) return false;
        this.requestedAt = valueAt;
        return true;
      case OptionCode.serverIdentifier:
        if (size !== 4 || this.serverAt !== 0) return false;
        this.serverAt = valueAt;
        return true;
      // What goes back takes room in the answer.
      case OptionCode.clientIdentifier:
        if (size === 0) return true;
        if (this.clientIdAt !== 0) return false;
        this.clientIdAt = valueAt;
        this.#addOption(bytes, code, size, valueAt, 0);
        return true;
      case OptionCode.relayAgentInformation:
        if (size === 0) return true;
        if (this.relayAt !== 0) return false;
        this.relayAt = valueAt;
        this.#addOption(bytes, code, size, valueAt, 0);
        return true;
      case OptionCode.maximumMessageSize:
      case OptionCode.vendorClass:
      case OptionCode.userClass:
      case OptionCode.clientArchitecture:
        this.#addOption(bytes, code, size, valueAt, size);
        return true;
      default:
        return code !== OptionCode.overload;
    }
  }

  #addOption(bytes: Uint8Array, code: number, size: number, valueAt: number, valueBytes: number): void {
    this.#add(code);
    this.#add(size);
    for (let i = 0; i < valueBytes; i++) this.#add(bytes[valueAt + i] ?? 0);
  }

  #add(byte: number): void {
    this.kind[this.kindSize++] = byte;
    // FNV-1a.
    this.hash = Math.imul(this.hash ^ byte, 0x01000193);
  }
}

function isZero(bytes: Uint8Array, place: number): boolean {
  return wordAt(bytes, place) === 0;
}

/** Four bytes as a number, the first the highest. */
export function wordAt(bytes: Uint8Array, place: number): number {
  const low = ((bytes[place + 1] ?? 0) << 16) | ((bytes[place + 2] ?? 0) << 8) | (bytes[place + 3] ?? 0);
  return (bytes[place] ?? 0) * 0x100_0000 + low;
}
