// The HTTP listeners of both planes, with the routes of whichever components run.
import type { BootDoor, Parts } from "@neverland/component-kit/component.ts";
import { HttpListener } from "@neverland/platform/http/http-listener.ts";
import { findLink, linkOf } from "@neverland/platform/network/interfaces.ts";
import { type FaultDeps, nameFaults } from "./boot-plane-faults.ts";
import type { ServerConfig } from "./config.ts";

type Routes = NonNullable<Parts["bootRoutes"]>;

/** cloud-init's phone-home form is the largest thing that a machine sends. */
const bootPlaneBodyBytes = 64 * 1024;
/** As Kubernetes. */
const managementBodyBytes = 3 * 1024 * 1024;
const requestTimeoutMs = 60_000;

/** One per interface, as machines on it are told; the address given takes the first one's place. Without any: loopback. */
export function bootDoors({ shared: { boots } }: ServerConfig): [BootDoor, ...BootDoor[]] {
  const { interfaces, listen } = boots;
  const [first, ...others] = interfaces.flatMap((link): BootDoor[] => {
    const host = findLink(link).ipv4[0]?.address;
    return host === undefined ? [] : [{ host, links: [link] }];
  });
  if (listen === undefined) return [first ?? { host: "127.0.0.1" }, ...others];
  if (listen === "0.0.0.0") return [{ host: listen, links: interfaces }];
  // Machines may come by the link they are on, or by the one that has the address.
  const own = linkOf(listen);
  const links = [...interfaces.slice(0, 1), ...(own === undefined || own === "lo" ? [] : [own])];
  return [{ host: listen, links }, ...others.filter(({ host }) => host !== listen)];
}

/** One for each address; none when nothing is to be served. */
export function bootPlane(
  config: ServerConfig,
  deps: FaultDeps & { readonly doors: readonly BootDoor[] },
  routes: readonly Routes[],
): HttpListener[] {
  const { port } = config.shared.boots.http;
  const options = { port, purpose: "machines", requestTimeoutMs, bodyLimitBytes: bootPlaneBodyBytes };
  const register = async (app: Parameters<Routes>[0]): Promise<void> => {
    nameFaults(app, deps);
    await all(routes)(app);
  };
  return routes.length === 0 ? [] : deps.doors.map((door) => new HttpListener({ ...options, ...door, register }));
}

export function managementPlane(config: ServerConfig, routes: readonly Routes[]): HttpListener[] {
  const options = { ...config.server.api.listen, purpose: "the resource API", requestTimeoutMs };
  const bodyLimitBytes = managementBodyBytes;
  return routes.length === 0 ? [] : [new HttpListener({ ...options, bodyLimitBytes, register: all(routes) })];
}

/** Each in a scope of its own: one component's hooks and parsers are not another's. */
function all(routes: readonly Routes[]): (app: Parameters<Routes>[0]) => Promise<void> {
  return async (app) => {
    for (const register of routes) await app.register(async (scope) => await register(scope));
  };
}
