// The machines of the rack: each has a number, and its MAC and address follow from it. All stand behind one relay.

export type PaperMachine = { readonly mac: string; readonly address: string };

/** What machines, relay and server share of the network. */
export const rackNetwork = {
  /** All machines and the relay are in it. */
  prefix: "10.64.0.0/10",
  network: "10.64.0.0",
  netmask: "255.192.0.0",
  /** `giaddr`, and the machines' router. */
  relay: "10.127.255.254",
} as const;

const firstAddress = 0x0a400000;

/** @param index From 0; below 4 million. */
export function paperMachineAt(index: number): PaperMachine {
  return { mac: hexPairs([2, 0, 0, ...lowBytes(index)]), address: dotted(addressOf(index)) };
}

/** Of machine `index`, as a number. */
export function addressOf(index: number): number {
  return firstAddress + index;
}

/** @throws {RangeError} When it is no dotted quad. */
export function addressNumber(dottedQuad: string): number {
  const parts = dottedQuad.split(".").map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part < 256)))
    throw new RangeError(`${dottedQuad} is not an IPv4 address`);
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

export function dotted(address: number): string {
  return [address >>> 24, ...lowBytes(address)].join(".");
}

/** The MAC's last three bytes. */
function lowBytes(index: number): [number, number, number] {
  return [(index >>> 16) & 0xff, (index >>> 8) & 0xff, index & 0xff];
}

function hexPairs(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}
