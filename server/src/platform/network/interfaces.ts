// The links of this machine: their addresses and numbers.
import { networkInterfaces } from "node:os";
import type { Libc } from "./libc.ts";
import { NetworkError } from "./network-error.ts";

export interface NetworkLink {
  readonly name: string;
  /** Lower case with colons. */
  readonly mac: string;
  /** In the kernel's order: the first is what it sends from by itself. */
  readonly ipv4: readonly { readonly address: string; readonly netmask: string }[];
}

/** A link that has an address. @throws {NetworkError} `no-interface` */
export function findLink(name: string): NetworkLink {
  const links = networkInterfaces();
  const addresses = links[name];
  const [first] = addresses ?? [];
  if (addresses === undefined || first === undefined) {
    const present = Object.keys(links).join(", ");
    const text = `there is no network interface ${name} with an address; those with one are: ${present}`;
    throw new NetworkError("no-interface", text);
  }
  const ipv4 = addresses
    .filter(({ family }) => family === "IPv4")
    .map(({ address, netmask }) => ({ address, netmask }));
  return { name, mac: first.mac, ipv4 };
}

/**
 * The kernel's number of a link, in this process's own network namespace (which /sys may not show).
 * @throws {NetworkError} `no-interface`
 */
export function linkIndex(libc: Libc, name: string): number {
  const index = libc.if_nametoindex(name);
  if (index === 0) throw new NetworkError("no-interface", `there is no network interface ${name}`);
  return index;
}
