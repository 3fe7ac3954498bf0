// Tells of links that cannot be served any more: no packet comes by them, and nothing else would say why.
import { networkInterfaces } from "node:os";
import { lacksCarrier } from "@neverland/platform/network/addresses-without-carrier.ts";
import { linkNames } from "@neverland/platform/network/interfaces.ts";
import type { Service } from "@neverland/platform/service.ts";
import type { LinkDeps } from "./wait-for-links.ts";

const lookEveryMs = 1000;

/** What costs nothing to see each second. */
type Sight = "served" | "without IPv4" | "not listed" | "not there";

/** Tells when a link that is served loses its carrier or its address, is taken down or away, and when it can be served again. */
export function carrierWatch(links: readonly string[], { warn, clock }: LinkDeps): Service {
  const seen = new Map<string, { sight: Sight; lack: string }>();
  let isStopped = false;
  let cancel = (): void => undefined;
  const look = async (): Promise<void> => {
    for (const name of links) {
      const sight = sightOf(name);
      const before = seen.get(name) ?? { sight: "served", lack: "" };
      if (sight === before.sight) continue;
      const lack = await lackOf(name, sight);
      seen.set(name, { sight, lack });
      if (sight === "served") warn(`the network interface ${name} ${mended(before.lack)}: machines on it are served`);
      else if (lack !== before.lack)
        warn(`the network interface ${name} ${lack}: machines on it are served once that is mended`);
    }
    if (!isStopped) cancel = clock.after(lookEveryMs, () => void look(), true);
  };
  return {
    start: look,
    stop: async () => {
      isStopped = true;
      cancel();
    },
  };
}

function sightOf(name: string): Sight {
  const addresses = networkInterfaces()[name];
  if (addresses === undefined) return linkNames().includes(name) ? "not listed" : "not there";
  return addresses.some(({ family }) => family === "IPv4") ? "served" : "without IPv4";
}

const noCarrier = "has no carrier (is its cable in, is the switch on?)";

async function lackOf(name: string, sight: Sight): Promise<string> {
  switch (sight) {
    case "served":
      return "";
    case "not there":
      return "is not there any more";
    case "without IPv4":
      return `has no IPv4 address any more (ip addr add ADDRESS/PREFIX dev ${name})`;
    case "not listed":
      if (await lacksCarrier(name)) return noCarrier;
      return `is down or has no address any more (ip link set ${name} up; ip addr add ADDRESS/PREFIX dev ${name})`;
  }
}

function mended(lack: string): string {
  return lack === noCarrier ? "has a carrier" : "is up and has its address";
}
