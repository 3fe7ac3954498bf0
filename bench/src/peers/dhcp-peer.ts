// What a DHCP server of a benchmark is told, whichever it is.
import type { RackCable } from "../dhcp/rack-cable.ts";

export interface DhcpPeerOrder {
  readonly cable: RackCable;
  /** Each has a reservation. */
  readonly machines: number;
  /** Where Debian's packages are unpacked, a folder each. */
  readonly packagesDir: string;
}
