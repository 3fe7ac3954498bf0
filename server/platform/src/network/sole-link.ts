// Whether a broadcast can have come by one link alone: where a socket cannot be tied to a link, nothing else tells by which it came.
import { existsSync, readFileSync } from "node:fs";
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { linkNames } from "./interfaces.ts";

const IFF_UP = 1;
const systemsLinks = "/sys/class/net";

/** The others that may bring a broadcast. Not those that are down, nor parts of a bridge or a bond: what comes to them comes by that. */
export function linksBeside(name: string): string[] {
  const listed = networkInterfaces();
  const isOurs = showsOurLinks(name, listed[name]);
  return linkNames().filter((other) => {
    if (other === name || other === "lo") return false;
    const isAddressed = listed[other]?.some(({ family }) => family === "IPv4") === true;
    return isAddressed || !isOurs || bringsPackets(other);
  });
}

function bringsPackets(link: string): boolean {
  try {
    const isUp = (Number(readFileSync(`${systemsLinks}/${link}/flags`, "latin1")) & IFF_UP) !== 0;
    return isUp && !existsSync(`${systemsLinks}/${link}/master`);
  } catch {
    return true; // it has just come or gone
  }
}

/** /sys may be another network namespace's, with other links of the same names. */
function showsOurLinks(name: string, listed: readonly NetworkInterfaceInfo[] = []): boolean {
  try {
    const mac = readFileSync(`${systemsLinks}/${name}/address`, "latin1").trim();
    return listed.some((one) => one.mac === mac);
  } catch {
    return false;
  }
}
