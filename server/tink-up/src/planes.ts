// The HTTP listeners of both planes, with the routes of whichever components run.
import type { Parts } from "@neverland/component-kit/component.ts";
import { HttpListener } from "@neverland/platform/http/http-listener.ts";
import type { ServerConfig } from "./config.ts";

type Routes = NonNullable<Parts["bootRoutes"]>;

/** cloud-init's phone-home form is the largest thing that a machine sends. */
const bootPlaneBodyBytes = 64 * 1024;
/** As Kubernetes. */
const managementBodyBytes = 3 * 1024 * 1024;
const requestTimeoutMs = 60_000;

/** One for each address; none when nothing is to be served. */
export function bootPlane(config: ServerConfig, hosts: readonly string[], routes: readonly Routes[]): HttpListener[] {
  const { port } = config.shared.boots.http;
  const options = { port, purpose: "machines", requestTimeoutMs, bodyLimitBytes: bootPlaneBodyBytes };
  return routes.length === 0 ? [] : hosts.map((host) => new HttpListener({ ...options, host, register: all(routes) }));
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
