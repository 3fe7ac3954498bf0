// The ports at which DHCP and TFTP are asked: sockets tied to their links, or addresses where the C library cannot be called.
import type { ThreadSockets } from "@neverland/packet-thread/packet-thread.ts";
import { openPlainSocket, type PlainPort } from "@neverland/packet-thread/plain-socket.ts";
import { cannotListen } from "@neverland/platform/network/cannot-listen.ts";
import { findLink, servingAddress } from "@neverland/platform/network/interfaces.ts";
import type { Libc } from "@neverland/platform/network/libc.ts";
import { openSocket } from "@neverland/platform/network/open-socket.ts";
import { linksBeside } from "@neverland/platform/network/sole-link.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import type { ServedLink } from "./boots-run.ts";

export interface BootsPortsDeps {
  readonly libc: Libc | undefined;
  readonly links: readonly { readonly link: ServedLink }[];
  readonly dhcpPort: number | undefined;
  readonly tftp: { readonly port: number };
  readonly clock: Pick<Clock, "after">;
  readonly warn: (message: string) => void;
  /** Told why machines that have no address yet are not answered; `undefined` once they are. */
  readonly onUnheard?: ((why: string | undefined) => void) | undefined;
}

export interface BootsPorts {
  /** In the order that `BootsStart` says. */
  readonly sockets: ThreadSockets;
  close(): void;
}

type Wanted = { readonly link: ServedLink; readonly port: number; readonly purpose: "DHCP" | "TFTP" };

/** Between two looks at the links of this machine. */
const lookEveryMs = 1000;

/** @throws {NetworkError} When one cannot be had; nothing stays open then. */
export async function openBootsPorts(deps: BootsPortsDeps): Promise<BootsPorts> {
  const { libc, links, dhcpPort, tftp } = deps;
  const at = (port: number, purpose: Wanted["purpose"]) => links.map(({ link }) => ({ link, port, purpose }));
  const wanted = [...(dhcpPort === undefined ? [] : at(dhcpPort, "DHCP")), ...at(tftp.port, "TFTP")];
  return libc === undefined ? await openPlain(deps, wanted) : await openTied(libc, wanted);
}

async function openTied(libc: Libc, wanted: readonly Wanted[]): Promise<BootsPorts> {
  const descriptors: number[] = [];
  const close = (): void => {
    for (const fd of descriptors.splice(0)) libc.close(fd);
  };
  try {
    for (const { link, port, purpose } of wanted) {
      const host = purpose === "DHCP" ? "0.0.0.0" : link.serverAddress;
      descriptors.push(await openSocket(libc, { protocol: "udp", host, port, purpose, link: link.name }));
    }
  } catch (error) {
    close();
    throw error;
  }
  return { sockets: { descriptors }, close };
}

/** The thread opens them for itself: what keeps it from that is found out here, where it can be said. */
async function openPlain(deps: BootsPortsDeps, wanted: readonly Wanted[]): Promise<BootsPorts> {
  const [first, ...others] = deps.links.map(({ link }) => link.name);
  const soleLink = others.length === 0 ? first : undefined;
  const ports: PlainPort[] = [];
  for (const one of wanted) {
    const { link, port, purpose } = one;
    const own = purpose === "DHCP" ? { host: addressOn(link), port, soleLink } : { host: link.serverAddress, port };
    await tryPort(own, one);
    ports.push(own);
  }
  const close = deps.dhcpPort === undefined ? () => undefined : tellOfBroadcasts(deps);
  return { sockets: { ports }, close };
}

/** What is broadcast leaves by the link that has the address, and machines may be told one that another link has. */
function addressOn({ name, serverAddress }: ServedLink): string {
  const link = findLink(name);
  return link.ipv4.some(({ address }) => address === serverAddress) ? serverAddress : servingAddress(link);
}

async function tryPort(own: PlainPort, { link, port, purpose }: Wanted): Promise<void> {
  try {
    (await openPlainSocket(own)).close();
  } catch (cause) {
    const host = purpose === "DHCP" ? link.name : own.host;
    throw await cannotListen({ protocol: "udp", host, port, purpose }, cause);
  }
}

/**
 * Machines without an address broadcast. By which link that came nothing tells but that there is no other: what may have come by one that is
 * not served is not answered, or whoever is there could say that it declines an address. @returns Ends the watch.
 */
function tellOfBroadcasts({ links, clock, warn, onUnheard }: BootsPortsDeps): () => void {
  const names = links.map(({ link }) => link.name);
  const [name = "", ...others] = names;
  const untold = `machines on ${names.join(" and ")} get addresses by way of a relay alone: what they broadcast is not answered, since without koffi nothing tells`;
  if (others.length > 0) {
    const why = `${untold} by which of these it came; name one interface alone`;
    warn(why);
    onUnheard?.(why);
    return () => undefined;
  }
  let told = "";
  let stop = (): void => undefined;
  const look = (): void => {
    const beside = linksBeside(name).join(" or ");
    // Also when others are in the way than those that were told of: who has taken those down wants to know why nothing is answered yet.
    if (beside !== told) {
      const why = `${untold} whether it came by ${beside}; take down what is not needed: ip link set LINK down`;
      warn(beside === "" ? `what machines on ${name} broadcast is answered: no other link can bring it now` : why);
      onUnheard?.(beside === "" ? undefined : why);
    }
    told = beside;
    stop = clock.after(lookEveryMs, look);
  };
  look();
  return () => stop();
}
