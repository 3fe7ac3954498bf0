// A resource API on a free port of the loopback, for tests.
import { createPrivateKey, randomBytes, X509Certificate } from "node:crypto";
import type { Server as HttpsServer, ServerOptions } from "node:https";
import type { Socket } from "node:net";
import { type KindInfo, kinds, type Resource, Sensitive } from "@neverland/api";
import { trustingFetch } from "@neverland/api/trusting-fetch";
import { systemClock } from "@neverland/platform/time/clock.ts";
import { issueAuthority, issueServerCertificate } from "@neverland/platform/tls/issue-certificate.ts";
import { WritePath } from "@neverland/resources/write-path.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import fastify, { type FastifyHttpsOptions, type FastifyInstance } from "fastify";
import { AccessTokens } from "../access/access-tokens.ts";
import { type ResourceApiDeps, registerResourceApi } from "../register.ts";

export type ApiServer = {
  readonly url: string;
  readonly token: string;
  /** Of a server with TLS: who signed its certificate, in PEM form. */
  readonly authority: string | undefined;
  /** Reaches it. */
  readonly fetch: typeof fetch;
  readonly store: ResourceStore;
  /** One request; the answer's body is parsed when it is JSON. */
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  /** How many are open. */
  connections(): number;
  /** Bytes that were written to callers who have not read them, beyond what the kernel holds. */
  unsentBytes(): number;
  close(): Promise<void>;
};
export type RequestOptions = { readonly body?: unknown; readonly headers?: { readonly [name: string]: string } };
// The shape of an answer is what the tests are about; they assert it member by member.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Answer = { readonly status: number; readonly headers: Headers; readonly body: any };

export const templatesPath = "/apis/tinkerbell.org/v1alpha1/namespaces/default/templates";
export const workflowsPath = "/apis/tinkerbell.org/v1alpha1/namespaces/default/workflows";
export const hardwarePath = "/apis/tinkerbell.org/v1alpha1/namespaces/default/hardware";

const startTimeoutMs = 10_000;

export async function startApiServer(
  deps: Partial<Omit<ResourceApiDeps, "access">> & {
    port?: number;
    token?: string;
    isSecure?: boolean;
    identity?: TestIdentity;
  } = {},
): Promise<ApiServer> {
  const store = deps.store ?? openMemoryStore();
  const token = deps.token ?? "a-token-for-tests";
  const tls = deps.identity ?? (deps.isSecure ? testIdentity() : undefined);
  const options: FastifyHttpsOptions<HttpsServer> = { forceCloseConnections: true, https: tls?.https ?? null };
  const app = fastify(options) as unknown as FastifyInstance; // to routes it is the same with TLS and without
  const reach = tls === undefined ? fetch : trustingFetch({ authority: tls.authority });
  const sockets = new Set<Socket>();
  app.server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const writes = new WritePath({ store, clock: systemClock, namespaces: kinds.Namespace });
  await writes.namespaces?.makeAll(Object.values<KindInfo>(kinds));
  const clock = deps.clock ?? systemClock;
  const onError = ({ error }: { error: unknown }): void => deps.onInternalError?.(error, "access tokens");
  const access = new AccessTokens({ store, clock, ownToken: new Sensitive(token), onError });
  await access.start(AbortSignal.timeout(startTimeoutMs));
  await registerResourceApi(app, { ...{ version: "0.0.0", writes }, ...deps, ...{ clock, store, access } });
  const url = await app.listen({ host: "127.0.0.1", port: deps.port ?? 0 });
  return {
    url,
    token,
    authority: tls?.authority,
    fetch: reach,
    store,
    request: (method, path, options) => request(reach, `${url}${path}`, method, token, options),
    connections: () => sockets.size,
    unsentBytes: () => sockets.values().reduce((sum, { writableLength }) => sum + writableLength, 0),
    close: async () => {
      await app.close();
      await access.stop(AbortSignal.timeout(startTimeoutMs));
      if (!deps.store) await store.close();
    },
  };
}

/** One of several servers after another, as their clients know them. */
export type TestIdentity = { readonly authority: string; readonly https: ServerOptions };

export function testIdentity(): TestIdentity {
  const validity = { fromMs: Date.now() - 60_000, untilMs: Date.now() + 3_600_000 };
  const authority = issueAuthority("Tests", validity, { randomBytes });
  const signer = {
    certificate: new X509Certificate(authority.certificate),
    privateKey: createPrivateKey(authority.privateKey),
  };
  const { certificate, privateKey } = issueServerCertificate(["127.0.0.1"], validity, signer, { randomBytes });
  return { authority: authority.certificate, https: { cert: certificate, key: privateKey } };
}

async function request(
  reach: typeof fetch,
  url: string,
  method: string,
  token: string,
  options: RequestOptions = {},
): Promise<Answer> {
  const { body, headers } = options;
  const response = await reach(url, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = text !== "" && response.headers.get("content-type")?.includes("json");
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

export function templateNamed(name: string, data = "x", metadata: Partial<Resource["metadata"]> = {}) {
  return {
    apiVersion: "tinkerbell.org/v1alpha1",
    kind: kinds.Template.kind,
    metadata: { name, ...metadata },
    spec: { data },
  };
}

export function hardwareNamed(name: string, mac: string, address: string) {
  const spec = { interfaces: [{ dhcp: { mac, ip: { address } } }] };
  return { apiVersion: "tinkerbell.org/v1alpha1", kind: kinds.Hardware.kind, metadata: { name }, spec };
}
