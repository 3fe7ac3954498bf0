// The addresses of links that have no carrier (a cable is out, a switch is off), which Node does not list: as `ip` tells them.
import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import { netmaskOf } from "@neverland/api";

/** Of a link that is up. */
export type ConfiguredLink = {
  readonly name: string;
  /** Lower case with colons. */
  readonly mac: string;
  readonly ipv4: readonly { readonly address: string; readonly netmask: string }[];
};

const longestMs = 2000;

/** As iproute2 writes it. */
type IpLink = {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly address?: string;
  readonly addr_info: readonly { readonly family: string; readonly local: string; readonly prefixlen: number }[];
};

const argv = ["-json", "address", "show"];

/**
 * A program is started, and waited for: only for when a server starts.
 * @returns Those without carrier alone; none where `ip` (the Debian package iproute2) is missing.
 */
export function linksWithoutCarrier(): readonly ConfiguredLink[] {
  try {
    return readLinks(
      execFileSync("ip", argv, { encoding: "utf8", timeout: longestMs, stdio: ["ignore", "pipe", "ignore"] }),
    );
  } catch {
    return [];
  }
}

/** Whether a link is up and has no carrier, whatever its addresses; `false` also where `ip` is missing. */
export async function lacksCarrier(name: string): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)("ip", argv, { timeout: longestMs });
    return readLinks(stdout).some((link) => link.name === name);
  } catch {
    return false;
  }
}

/** @param text As `ip -json address show` writes it. */
export function readLinks(text: string): readonly ConfiguredLink[] {
  return (JSON.parse(text) as readonly IpLink[])
    .filter(({ flags }) => flags.includes("UP") && flags.includes("NO-CARRIER"))
    .map(({ ifname, address, addr_info }) => ({
      name: ifname,
      mac: address ?? "00:00:00:00:00:00",
      ipv4: addr_info
        .filter(({ family }) => family === "inet")
        .map(({ local, prefixlen }) => ({ address: local, netmask: netmaskOf(prefixlen) })),
    }));
}
