// What `ip` is told to do, as text for its batch mode.

export interface NetworkConfig {
  readonly bridge: string;
  /** Addresses of the lab's own end, with prefix lengths. */
  readonly addresses: readonly string[];
}

/** One provisioning network, and the address at which machines look for metadata. */
export const defaultNetwork: NetworkConfig = {
  bridge: "br0",
  addresses: ["10.77.0.1/24", "169.254.169.254/32"],
};

/** A bridge that forwards from the first frame: no spanning tree, no learning delay, no multicast filter. */
export function bridgeCommands({ bridge, addresses }: NetworkConfig): string[] {
  return [
    "link set lo up",
    `link add ${bridge} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
    ...addresses.map((address) => `address add ${address} dev ${bridge}`),
  ];
}

export function tapCommands(bridge: string, tapName: string): string[] {
  return [`tuntap add dev ${tapName} mode tap`, `link set dev ${tapName} master ${bridge} up`];
}

/** The bridge's port and the free end that a packet socket reads. The kernel would answer ARP for the lab's own address on
 *  every such end, and a machine that took that answer would send what it has to say to another machine's cable: so ARP is off. */
export function vethCommands(bridge: string, portName: string, endName: string): string[] {
  return [
    `link add ${portName} type veth peer name ${endName}`,
    `link set dev ${portName} master ${bridge} up`,
    `link set dev ${endName} arp off up`,
  ];
}
