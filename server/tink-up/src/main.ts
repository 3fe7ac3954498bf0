// The composition root: makes every component, gives each what it needs, starts them in order and stops them in reverse.
// Nothing else knows all of them.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type KindInfo, kinds, type MachineEventInput } from "@neverland/api";
import { type Boots, createBoots } from "@neverland/boots-netboot/boots.ts";
import { defaultBootsConfig } from "@neverland/boots-netboot/boots-config.ts";
import { ControllerRuntime } from "@neverland/controller-kit/controller-runtime.ts";
import { GarbageCollector } from "@neverland/controllers/garbage-collection/garbage-collector.ts";
import { defaultRetention, MachineEventRetention } from "@neverland/controllers/machine-event-retention.ts";
import { templateController } from "@neverland/controllers/template-controller.ts";
import { noPowerControl } from "@neverland/controllers/workflow/no-power-control.ts";
import { checkTemplate, renderWorkflow } from "@neverland/controllers/workflow/render-workflow.ts";
import { WorkflowController } from "@neverland/controllers/workflow/workflow-controller.ts";
import { AddressIndex } from "@neverland/hegel-metadata/address-index.ts";
import { trustedProxies } from "@neverland/hegel-metadata/caller-address.ts";
import { registerHegel } from "@neverland/hegel-metadata/hegel.ts";
import { HardwareFeed } from "@neverland/machines/hardware-feed.ts";
import { MachineNames } from "@neverland/machines/machine-names.ts";
import { registerRegistry } from "@neverland/oci-registry/register-registry.ts";
import { systemClock } from "@neverland/platform/clock.ts";
import { HttpListener } from "@neverland/platform/http/http-listener.ts";
import type { Logger } from "@neverland/platform/log.ts";
import { findLink } from "@neverland/platform/network/interfaces.ts";
import type { Service } from "@neverland/platform/service.ts";
import { ServiceStack } from "@neverland/platform/service-stack.ts";
import { ensureToken, writeKubeconfig } from "@neverland/resource-api/access-files.ts";
import type { ActionLogs } from "@neverland/resource-api/api-context.ts";
import { registerResourceApi } from "@neverland/resource-api/register.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { openSqliteStore } from "@neverland/store/sqlite-store.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import { BootContacts } from "@neverland/timeline/boot-contacts.ts";
import { EventRecorder } from "@neverland/timeline/event-recorder.ts";
import { TinkServer } from "@neverland/tink-server/tink-server.ts";
import { defaultLimits } from "@neverland/workflow-rules/limits.ts";
import type { FastifyInstance } from "fastify";
import { checkOptions, inDataDir, makeDataDir, readTlsFiles, type TlsFiles } from "./before-start.ts";
import { type ComponentName, componentNames, type ServerConfig } from "./config.ts";

/** Where the server listens, as the ready line says it. */
export type ServerAddresses = {
  readonly dataDir: string;
  readonly kubeconfig?: string;
  readonly api?: string;
  readonly http?: string;
  readonly grpc?: string;
  /** Interfaces on which DHCP and TFTP are answered, with the address that machines are told. */
  readonly interfaces: readonly { readonly name: string; readonly address: string }[];
};

export type RunningServer = {
  readonly addresses: ServerAddresses;
  /** Takes no new work, finishes what it took until `deadline` aborts. Safe to call twice. */
  stop(deadline: AbortSignal): Promise<void>;
};

export type ServerDeps = { readonly log: Logger; readonly version: string; readonly signal: AbortSignal };

/** What all components share. */
type Shared = {
  readonly config: ServerConfig;
  readonly store: ResourceStore;
  readonly log: Logger;
  readonly version: string;
  /** The first is what machines are told where they are told one; HTTP and gRPC listen on each. */
  readonly hosts: readonly [string, ...string[]];
  readonly tls: TlsFiles | undefined;
  /** Of the resource API. */
  readonly token: string;
  readonly names: MachineNames;
  readonly contacts: BootContacts;
  readonly record: (event: MachineEventInput) => void;
  readonly onError: (failure: { doing: string; error: unknown; retryInMs?: number }) => void;
};

/** cloud-init's phone-home form is the largest thing that a machine sends. */
const bootPlaneBodyBytes = 64 * 1024;
/** As Kubernetes. */
const apiBodyBytes = 3 * 1024 * 1024;
const requestTimeoutMs = 60_000;
/** After a failed start nothing is worth waiting for longer. */
const failedStartDeadlineMs = 5000;

/**
 * Starts what `config.only` names, or everything.
 * @throws {ServerError | StoreError | NetworkError} With a sentence; whatever had started is stopped again.
 */
export async function startServer(config: ServerConfig, { log, version, signal }: ServerDeps): Promise<RunningServer> {
  for (const message of await checkOptions(config, signal)) log.warn({ event: "warning", message });
  const tls = await readTlsFiles(config);
  await makeDataDir(config.dataDir);
  const store = openSqliteStore(join(config.dataDir, "neverland.db"));
  const services = new ServiceStack();
  const stop = async (deadline: AbortSignal): Promise<void> => {
    await services.stop(deadline);
    await store.close();
  };
  const onError: Shared["onError"] = ({ doing, error, retryInMs }) =>
    log.error({ event: "failed", doing, retryInMs, err: error });
  try {
    const names = new MachineNames();
    const contacts = await readBootContacts(store);
    const recorder = new EventRecorder({
      ...{ clock: systemClock, randomBytes, onError },
      lookup: names,
      contacts,
      events: typedStore(store, kinds.MachineEvent),
    });
    const record = (event: MachineEventInput): void => {
      log.info({ event: "machine", ...event });
      recorder.record(event);
    };
    const token = await inDataDir(config.dataDir, () => ensureToken(config.dataDir));
    await services.start(recorder, signal);
    const hosts = bootAddresses(config);
    const shared = { config, store, log, version, hosts, tls, token, names, contacts, record, onError };
    return { addresses: await startComponents(shared, services, signal), stop };
  } catch (error) {
    await stop(AbortSignal.timeout(failedStartDeadlineMs));
    throw error;
  }
}

/** What was seen before this start: a machine may have come up while the server was away, and its workflow waits for that. */
async function readBootContacts(store: ResourceStore): Promise<BootContacts> {
  const contacts = new BootContacts();
  const { items } = await typedStore(store, kinds.MachineEvent).list();
  for (const { metadata, spec } of items)
    if (spec !== undefined) contacts.note({ ...spec, namespace: metadata.namespace }, spec.type, Date.parse(spec.time));
  return contacts;
}

/** One per interface, as machines on it are told; the address given takes the first one's place. Without any: loopback. */
function bootAddresses({ bootListen, interfaces }: ServerConfig): [string, ...string[]] {
  const [first, ...others] = interfaces.map((name) => findLink(name).ipv4[0]?.address);
  const rest = new Set(others.filter((address) => address !== undefined));
  const own = bootListen ?? first ?? "127.0.0.1";
  rest.delete(own);
  return [own, ...rest];
}

async function startComponents(shared: Shared, services: ServiceStack, signal: AbortSignal): Promise<ServerAddresses> {
  const { config } = shared;
  const runs = (name: ComponentName): boolean => (config.only ?? componentNames).includes(name);
  const start = async <S extends Service>(service: S): Promise<S> => {
    await services.start(service, signal);
    return service;
  };
  const boots = makeBoots(shared);
  const addresses = new AddressIndex();
  await start(makeHardwareFeed(shared, boots, addresses));
  if (runs("controllers")) for (const controller of makeControllers(shared)) await start(controller);
  const routes = bootPlaneRoutes(shared, boots, addresses).filter(({ component }) => runs(component));
  const http = makeBootPlane(shared, routes);
  for (const listener of http) await start(listener);
  const tinkServer = makeTinkServer(shared);
  if (runs("tink-server")) await start(tinkServer);
  const api = runs("api") ? await start(makeApi(shared, tinkServer.actionLogs)) : undefined;
  // Last: no machine is answered before all that it is going to ask for is there.
  if (runs("boots")) await start(boots);
  const url = api?.url;
  const kubeconfig = url && (await inDataDir(config.dataDir, () => writeKubeconfig(config.dataDir, url, shared.token)));
  return {
    dataDir: config.dataDir,
    interfaces: boots.links.map(({ name, serverAddress }) => ({ name, address: serverAddress })),
    ...(url && kubeconfig ? { api: url, kubeconfig } : {}),
    ...(http[0]?.url === undefined ? {} : { http: http[0].url }),
    ...(tinkServer.address === undefined ? {} : { grpc: `${tinkServer.address.host}:${tinkServer.address.port}` }),
  };
}

function makeBoots({ config, hosts: [host], tls, log, record }: Shared): Boots {
  return createBoots({
    config: {
      ...defaultBootsConfig,
      interfaces: config.interfaces.map((name, at) => (at === 0 ? { name, serverAddress: host } : { name })),
      dhcpEnabled: config.dhcp,
      dhcpServerPort: config.dhcpPort,
      tftpPort: config.tftpPort,
      tftpBlockSizeBytes: config.tftpBlockSize,
      httpPort: config.httpPort,
      grpcAuthority: config.grpcAuthority,
      grpcPort: config.grpcPort,
      grpcTls: config.grpcTls || tls !== undefined,
      grpcInsecureTls: config.grpcInsecureTls,
      syslogHost: config.syslogHost,
      hookBaseUrl: config.hookUrl,
      architectureBinaries: config.architectureBinaries,
      binariesDirectory: config.ipxeDir,
      hookDirectory: config.hookDir,
      filesDirectory: config.filesDir,
      extraKernelArgs: config.extraKernelArgs,
    },
    record,
    clock: systemClock,
    warn: (message) => log.warn({ event: "warning", message }),
  });
}

function makeHardwareFeed({ store, names, onError }: Shared, { index }: Boots, addresses: AddressIndex): HardwareFeed {
  return new HardwareFeed({ store, sinks: [names, index, addresses], onError, clock: systemClock });
}

function makeControllers({ store, contacts, record, onError }: Shared): Service[] {
  const clock = systemClock;
  const random = Math.random;
  return [
    new ControllerRuntime([templateController({ check: checkTemplate })], { store, clock, random, onError }),
    new WorkflowController({
      ...{ store, clock, random, record, onError },
      randomBytes: (count) => randomBytes(count),
      limits: defaultLimits,
      render: renderWorkflow,
      power: noPowerControl,
      bootContactMs: (machine) => contacts.bootContactMs(machine),
    }),
    new GarbageCollector({
      store,
      clock,
      kinds: Object.values<KindInfo>(kinds),
      onError: (error) => onError({ doing: "collecting garbage", error }),
    }),
    new MachineEventRetention({ store, clock, limits: defaultRetention, onError }),
  ];
}

function makeTinkServer({ config, store, hosts, tls, record, onError }: Shared): TinkServer {
  const logDir = join(config.dataDir, "logs");
  return new TinkServer({
    store,
    hosts,
    ...(tls === undefined ? {} : { tls }),
    record,
    onError,
    logDir,
    port: config.grpcPort,
    clock: systemClock,
    limits: defaultLimits,
  });
}

type Routes = { readonly component: ComponentName; readonly register: (app: FastifyInstance) => Promise<void> | void };

/** What the boot plane's one HTTP listener serves, by component. */
function bootPlaneRoutes({ config, record }: Shared, boots: Boots, index: AddressIndex): Routes[] {
  const layoutDirs = [join(config.hookDir, "actions")];
  return [
    { component: "boots", register: (app) => boots.registerRoutes(app) },
    {
      component: "hegel",
      register: (app) =>
        registerHegel(app, {
          ...{ index, record, clock: systemClock, instanceEndpoint: config.instanceEndpoint },
          proxies: trustedProxies(config.trustedProxies),
        }),
    },
    { component: "registry", register: (app) => registerRegistry(app, { layoutDirs, record }) },
  ];
}

function makeBootPlane({ config, hosts }: Shared, routes: readonly Routes[]): HttpListener[] {
  const options = { port: config.httpPort, purpose: "machines", requestTimeoutMs, bodyLimitBytes: bootPlaneBodyBytes };
  const register = async (app: FastifyInstance): Promise<void> => {
    for (const route of routes) await route.register(app);
  };
  return routes.length === 0 ? [] : hosts.map((host) => new HttpListener({ ...options, host, register }));
}

function makeApi({ config, store, version, token, onError }: Shared, actionLogs: ActionLogs | undefined): HttpListener {
  const onInternalError = (error: unknown, path: string): void => onError({ doing: `answering ${path}`, error });
  const deps = {
    store,
    token,
    version,
    onInternalError,
    clock: systemClock,
    ...(actionLogs === undefined ? {} : { actionLogs }),
  };
  return new HttpListener({
    ...{ ...config.apiListen, purpose: "the resource API", requestTimeoutMs, bodyLimitBytes: apiBodyBytes },
    register: async (app) => await registerResourceApi(app, deps),
  });
}
