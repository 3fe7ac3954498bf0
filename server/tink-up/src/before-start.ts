// What must be so before anything is opened or written: a slip in the options ends the start here, with nothing begun.

import { findLink, ipv4Addresses, servingAddress } from "@neverland/platform/network/interfaces.ts";
import { NetworkError } from "@neverland/platform/network/network-error.ts";
import { bindUdp } from "@neverland/platform/network/udp-endpoint.ts";
import { ServerError } from "@neverland/platform/server-error.ts";
import { anyAddress } from "./planes.ts";
import type { ServerConfig } from "./settings/config.ts";

/** @throws {NetworkError | ServerError} For interfaces and addresses that are not there. */
export async function checkPlanes(config: ServerConfig, signal: AbortSignal): Promise<void> {
  const { interfaces, listen } = config.shared.boots;
  for (const [at, name] of interfaces.entries()) {
    const link = findLink(name);
    // Machines on the first may be told an address that another link has.
    if (at > 0 || listen === undefined || listen === anyAddress) servingAddress(link);
  }
  await checkBootListen(config, signal);
}

/** By trying: addresses of links without a cable can be listened on, but are not in Node's list. */
async function checkBootListen({ shared, settings }: ServerConfig, signal: AbortSignal): Promise<void> {
  const host = shared.boots.listen;
  if (host === undefined) return;
  try {
    const endpoint = await bindUdp({ host, port: 0, purpose: "machines" }, signal);
    await endpoint.close();
  } catch (cause) {
    if (!(cause instanceof NetworkError && cause.code === "no-address")) throw cause;
    const text = `${settings.nameOf("boots.listen")} ${host}: no interface of this machine has that address; there are ${ipv4Addresses().join(", ")}`;
    throw new ServerError("bad-config", `${settings.placeOf("boots.listen")}${text}`, { cause });
  }
}
