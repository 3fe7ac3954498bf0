// The links of this machine: their addresses and numbers.
import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { linksWithoutCarrier } from "./addresses-without-carrier.ts";
import type { Libc } from "./libc.ts";
import { NetworkError } from "./network-error.ts";

const ethernetMtu = 1500;

export interface NetworkLink {
  readonly name: string;
  /** Lower case with colons. */
  readonly mac: string;
  /** In the kernel's order: the first is what it sends from by itself. */
  readonly ipv4: readonly { readonly address: string; readonly netmask: string }[];
}

/**
 * A link that is up and has an address, of whatever family; its cable may be out. For the start of a server: a link without carrier is
 * asked for by a program. @throws {NetworkError} `no-interface`, naming those there are.
 */
export function findLink(name: string): NetworkLink {
  const link = listedLink(name) ?? linksWithoutCarrier().find((each) => each.name === name);
  if (link === undefined) throw noLink(name);
  return link;
}

/** The same at no cost, for a link with a carrier. @throws {NetworkError} `no-interface` */
export function runningLink(name: string): NetworkLink {
  const link = listedLink(name);
  if (link === undefined) throw noLink(name);
  return link;
}

function listedLink(name: string): NetworkLink | undefined {
  const addresses = networkInterfaces()[name] ?? [];
  const [first] = addresses;
  if (first === undefined) return undefined;
  const ipv4 = addresses
    .filter(({ family }) => family === "IPv4")
    .map(({ address, netmask }) => ({ address, netmask }));
  return { name, mac: first.mac, ipv4 };
}

/**
 * What machines on the link are told to come to.
 * @throws {NetworkError} `no-interface` where it has none: every link that is up has an address of IPv6 by itself.
 */
export function servingAddress({ name, ipv4: [first] }: NetworkLink): string {
  if (first === undefined) throw noLink(name);
  return first.address;
}

/** Most bytes of a packet on it; where the system does not say, as in some namespaces, Ethernet's. */
export function linkMtu(name: string): number {
  try {
    return Number(readFileSync(`/sys/class/net/${name}/mtu`, "latin1")) || ethernetMtu;
  } catch {
    return ethernetMtu;
  }
}

/** The link that has an address; for the start of a server, as {@link findLink}. */
export function linkOf(address: string): string | undefined {
  const running = Object.entries(networkInterfaces()).find(([, all = []]) =>
    all.some((one) => one.address === address),
  );
  return running?.[0] ?? linksWithoutCarrier().find(({ ipv4 }) => ipv4.some((one) => one.address === address))?.name;
}

/** Every IPv4 address of this machine with its link: `10.0.0.1 (eth1)`. */
export function ipv4Addresses(): string[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.filter(({ family }) => family === "IPv4").map(({ address }) => `${address} (${name})`),
  );
}

/** Every address of this machine that others may reach it by: no loopback, and none that holds on its link alone. */
export function reachableAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.filter(({ internal, address }) => !internal && !/^fe80:/i.test(address)).map(({ address }) => address),
  );
}

/**
 * The kernel's number of a link, in this process's own network namespace (which /sys may not show).
 * @throws {NetworkError} `no-interface`
 */
export function linkIndex(libc: Libc, name: string): number {
  const index = libc.if_nametoindex(name);
  if (index === 0) throw noLink(name);
  return index;
}

function noLink(name: string): NetworkError {
  const present = linkNames();
  const advice = `bring it up (is it the right one?) and give it an address: ip link set ${name} up; ip addr add ADDRESS/PREFIX dev ${name}`;
  const text = present.includes(name)
    ? `the network interface ${name} is down or has no IPv4 address; ${advice}`
    : `there is no network interface ${name}; there are ${present.join(", ")}`;
  return new NetworkError("no-interface", text);
}

/** Also those that are down, which Node does not list. Two lines of headings come first. */
export function linkNames(): string[] {
  const lines = readFileSync("/proc/self/net/dev", "utf8").split("\n").slice(2);
  return lines.flatMap((line) => /^\s*([^\s:]+):/.exec(line)?.[1] ?? []);
}
