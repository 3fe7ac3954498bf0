// The HTTP listeners of both planes, with the routes of whichever components run.
import type { BootDoor, ComponentDeps, Parts } from "@neverland/component-kit/component.ts";
import { HttpListener } from "@neverland/platform/http/http-listener.ts";
import type { RefusalText, UnreadRequest } from "@neverland/platform/http/unread-request.ts";
import { isSharedBy, trustedProxies } from "@neverland/platform/network/caller-address.ts";
import { type ConnectionRules, descriptorShare } from "@neverland/platform/network/connection-caps.ts";
import { findLink, linkOf, servingAddress } from "@neverland/platform/network/interfaces.ts";
import type { TlsIdentity } from "@neverland/platform/tls/shown-identity.ts";
import { crowdTeller, type FaultDeps, nameFaults, unreadTeller } from "./boot-plane-faults.ts";
import type { ServerConfig } from "./settings/config.ts";

/** Listens on all there are; it is no address to tell anybody. */
export const anyAddress = "0.0.0.0";

type Routes = NonNullable<Parts["bootRoutes"]>;

/** cloud-init's phone-home form is the largest thing that a machine sends. */
const bootPlaneBodyBytes = 64 * 1024;
/** As Kubernetes. */
const managementBodyBytes = 3 * 1024 * 1024;
const requestTimeoutMs = 60_000;
/** Who reads no more of a file keeps its connection, and the file open; a machine that writes one to a slow disk stands still for a minute. */
const stallTimeoutMs = 300_000;
/** What each plane may have of the process's descriptors; workers' connections have most of them. */
const bootShare = 0.25;
const managementShare = 0.1;
/** Firmware, iPXE, image pulls and cloud-init have a few each, and leave them open; behind one address may be a small lab. */
const mostPerMachine = 256;
/** Where there are few: no machine has all of them. */
const machineShare = 0.25;
/** As Kubernetes has them. */
const unreadReasons: Readonly<Record<number, string>> = { 408: "Timeout", 431: "RequestHeaderFieldsTooLarge" };

/** As the resource API says it of what it sees itself. */
function unreadStatus({ status: code, message }: UnreadRequest): RefusalText {
  const reason = unreadReasons[code] ?? "BadRequest";
  const status = {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason,
    details: {},
    code,
  };
  return { type: "application/json", text: JSON.stringify(status) };
}

/**
 * One per interface, as machines on it are told; the address given takes the first one's place. Where none is named: loopback.
 * @throws {NetworkError} `no-interface`
 */
export function bootDoors({ shared: { boots } }: ServerConfig): [BootDoor, ...BootDoor[]] {
  const { interfaces, listen } = boots;
  const doorOf = (link: string): BootDoor => ({ host: servingAddress(findLink(link)), links: [link] });
  if (listen === undefined) {
    const [first = { host: "127.0.0.1" }, ...others] = interfaces.map(doorOf);
    return [first, ...others];
  }
  if (listen === anyAddress) return [{ host: listen, links: interfaces }];
  // Machines may come by the link they are on, or by the one that has the address.
  const own = linkOf(listen);
  const links = [...interfaces.slice(0, 1), ...(own === undefined || own === "lo" ? [] : [own])];
  const others = interfaces.slice(1).map(doorOf);
  return [{ host: listen, links }, ...others.filter(({ host }) => host !== listen)];
}

/** One for each address and port, those of the main port first; none when nothing is to be served. */
export function bootPlane(
  config: ServerConfig,
  deps: FaultDeps & { readonly doors: readonly BootDoor[] },
  routes: readonly Routes[],
): HttpListener[] {
  const { port, alsoPort } = config.shared.boots.http;
  const options = {
    purpose: "machines",
    isForMany: true,
    isLenient: true,
    requestTimeoutMs,
    stallTimeoutMs,
    bodyLimitBytes: bootPlaneBodyBytes,
  };
  const register = async (app: Parameters<Routes>[0]): Promise<void> => {
    nameFaults(app, deps);
    await all(routes)(app);
  };
  const ports = alsoPort === undefined ? [port] : [port, alsoPort];
  const doors = ports.flatMap((each) => deps.doors.map((door) => ({ ...door, port: each })));
  const onUnread = unreadTeller(deps);
  // Downloads of the same file share its descriptor, and one that is in memory has none.
  const most = descriptorShare(bootShare / doors.length);
  const connections: ConnectionRules = {
    // A machine reaches each port, and counts at each by itself.
    limits: { most, mostPerAddress: Math.min(mostPerMachine / ports.length, Math.ceil(most * machineShare)) },
    isShared: isSharedBy(trustedProxies(config.shared.boots.trustedProxies)),
    onCrowded: crowdTeller(deps.record, deps.clock),
  };
  return routes.length === 0
    ? []
    : doors.map((door) => new HttpListener({ ...options, ...door, connections, register, onUnread }));
}

export function managementPlane(
  config: ServerConfig,
  { warn, clock }: Pick<ComponentDeps<unknown>, "warn" | "clock">,
  routes: readonly Routes[],
  tls: TlsIdentity | undefined,
): HttpListener[] {
  const options = { ...config.server.api.listen, tls, purpose: "the resource API", requestTimeoutMs };
  const bodyLimitBytes = managementBodyBytes;
  const onCrowded = crowdTeller(({ message }) => warn(`the resource API: ${message}`), clock);
  const most = descriptorShare(managementShare);
  const limits = { most, mostPerAddress: Math.ceil(most * machineShare) };
  // Programs of this machine, and what comes through a proxy on it, are many.
  const connections = { limits, isShared: isSharedBy(trustedProxies([])), onCrowded };
  return routes.length === 0
    ? []
    : [new HttpListener({ ...options, bodyLimitBytes, refusalText: unreadStatus, connections, register: all(routes) })];
}

/** Each in a scope of its own: one component's hooks and parsers are not another's. */
function all(routes: readonly Routes[]): (app: Parameters<Routes>[0]) => Promise<void> {
  return async (app) => {
    for (const register of routes) await app.register(async (scope) => await register(scope));
  };
}
