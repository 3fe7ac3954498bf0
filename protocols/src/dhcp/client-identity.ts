// Who sent a DHCP message, by its own words: hardware address, architecture, classes, SMBIOS UUID.
import { hexPairs, type MacAddress, macFromBytes } from "../ip/address.ts";
import type { DhcpMessage } from "./message.ts";
import { OptionCode } from "./option-codes.ts";
import { readText, readU16 } from "./option-values.ts";
import { readUserClasses } from "./user-class.ts";

/** What a boot plan is made from. */
export interface ClientIdentity {
  /** Option 60, empty when absent. */
  readonly vendorClass: string;
  /** Option 77. */
  readonly userClasses: readonly string[];
  /** Option 93's first entry. */
  readonly architecture: number | undefined;
  /** The SMBIOS UUID as `dmidecode` prints it; undefined unless option 97 is 17 bytes that begin with 0 (RFC 4578 §2.3). */
  readonly uuid: string | undefined;
}

/** Ethernet, and what shares its addresses: IEEE 802 networks, as some cards call themselves. */
const hardwareTypes = [1, 6];

/** The client's Ethernet address; undefined when the message is of another kind of network. */
export function clientMac(message: DhcpMessage): MacAddress | undefined {
  if (!hardwareTypes.includes(message.htype) || message.hlen !== 6) return undefined;
  return macFromBytes(message.chaddr.subarray(0, 6));
}

export function readClientIdentity(options: ReadonlyMap<number, Uint8Array>): ClientIdentity {
  const architecture = options.get(OptionCode.clientArchitecture);
  const machine = options.get(OptionCode.clientMachineIdentifier);
  const userClass = options.get(OptionCode.userClass);
  return {
    vendorClass: readText(options.get(OptionCode.vendorClass) ?? new Uint8Array(0)),
    userClasses: userClass === undefined ? [] : readUserClasses(userClass),
    architecture:
      architecture !== undefined && architecture.length >= 2 ? readU16(architecture.subarray(0, 2)) : undefined,
    // Told of a machine once in a while, and asked for at each message.
    get uuid() {
      return machine?.length === 17 && machine[0] === 0 ? uuidText(machine.subarray(1)) : undefined;
    },
  };
}

/** SMBIOS stores the first three fields little-endian, and firmware sends them so. */
function uuidText(bytes: Uint8Array): string {
  const digits = (...at: readonly number[]): string => at.reduce((text, each) => text + hexPairs[bytes[each] ?? 0], "");
  return `${digits(3, 2, 1, 0)}-${digits(5, 4)}-${digits(7, 6)}-${digits(8, 9)}-${digits(10, 11, 12, 13, 14, 15)}`;
}
