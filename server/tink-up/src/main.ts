// The composition root: makes every component of the table that is to run, gives each what it needs, starts them in order and
// stops them in reverse. Nothing else knows all of them.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type KindInfo, kinds, Sensitive } from "@neverland/api";
import {
  type ComponentDeps,
  type Lent,
  type Parts,
  type PlaneAddresses,
  valuesOf,
} from "@neverland/component-kit/component.ts";
import { HardwareFeed } from "@neverland/machines/hardware-feed.ts";
import { MachineIndex } from "@neverland/machines/machine-index.ts";
import { machineNames } from "@neverland/machines/machine-names.ts";
import { NetbootLoans } from "@neverland/machines/netboot-loans.ts";
import { checkDataDir, inDataDir, makeDataDir } from "@neverland/platform/files/data-dir.ts";
import { defaultCacheBytes, FileCache } from "@neverland/platform/files/file-cache.ts";
import type { Log, Logger } from "@neverland/platform/log/log.ts";
import { reachableAddresses } from "@neverland/platform/network/interfaces.ts";
import type { Service } from "@neverland/platform/service.ts";
import { ServiceStack } from "@neverland/platform/service-stack.ts";
import { onClockSet, systemClock } from "@neverland/platform/time/clock.ts";
import { ensureToken } from "@neverland/resource-api/access-files.ts";
import { guardedStore } from "@neverland/resources/guarded-store.ts";
import { WritePath } from "@neverland/resources/write-path.ts";
import { openMemoryStore } from "@neverland/store/memory-store.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { routedStore } from "@neverland/store/routed-store.ts";
import { openSqliteStore } from "@neverland/store/sqlite-store.ts";
import { BootContacts } from "@neverland/timeline/boot-contacts.ts";
import { moveOldEvents } from "@neverland/timeline/log/move-old-events.ts";
import { MachineFactBook } from "@neverland/timeline/machine-facts.ts";
import { Timeline } from "@neverland/timeline/timeline.ts";
import { faultsOf, throwFaults } from "./all-faults.ts";
import { apiTls, checkApiCertificate } from "./api-tls.ts";
import { checkPlanes } from "./before-start.ts";
import { CarrierWatch } from "./carrier-watch.ts";
import { components } from "./components.ts";
import { bootDoors, bootPlane, managementPlane } from "./planes.ts";
import type { ServerConfig } from "./settings/config.ts";
import { StoredFaults } from "./stored-faults.ts";
import { untiedDoors } from "./untied-doors.ts";
import { isOfLink, waitForLinks } from "./wait-for-links.ts";

/** Where the server listens, as the ready line says it, with what components add: `kubeconfig`, `interfaces`, `grpc`. */
export type ServerAddresses = PlaneAddresses & { readonly dataDir: string; readonly httpAlso?: string };

export type RunningServer = {
  readonly addresses: ServerAddresses;
  /** Takes no new work, finishes what it took until `deadline` aborts. Safe to call twice. */
  stop(deadline: AbortSignal): Promise<void>;
};

export type ServerDeps = {
  readonly log: Logger;
  /** Writes a line of the log for each event of a machine; `log.info` where it is absent. */
  readonly note?: Log["note"];
  readonly version: string;
  readonly signal: AbortSignal;
};

/** What each component is given, but for its own settings and what others lend. */
type Shared = Omit<ComponentDeps<unknown>, "config" | "lent">;

/** Loaded when the first object is written: a server that runs nothing but Boots needs no engine of templates. */
const lookAtTemplate = () => import("@neverland/workflow-rules/written/look-at-template.ts");
const lookAtEffects = () => import("@neverland/workflow-rules/written/look-at-effects.ts");
const lookAtReferences = () => import("./look-at-written.ts");
/** After a failed start nothing is worth waiting for longer. */
const failedStartDeadlineMs = 5000;
/** What watches of machine views resume from. */
const viewHistoryBytes = 16 * 1024 * 1024;
/** No process writes more of them: versions of the next one are greater, so that a watch of this one's has to list again. */
const writesPerMs = 1000;

/**
 * Starts what the configuration names, or everything.
 * @throws {ServerError | StoreError | NetworkError} With a sentence; whatever had started is stopped again.
 */
export async function startServer(
  config: ServerConfig,
  { log, note = (line) => log.info(line), version, signal }: ServerDeps,
): Promise<RunningServer> {
  const { settings, shared } = config;
  const { dataDir } = shared;
  const warn = (message: string): void => log.warn({ event: "warning", message });
  config.warnings.forEach(warn);
  // Said once nothing is wrong: who reads why there is no start is to find that first.
  const warnings: string[] = [];
  const checks = running(config).map((component) => async () => {
    warnings.push(...(await component.check({ config: valuesOf(component, settings), shared, settings, signal })));
  });
  const { interfaces } = shared.boots;
  const planes = (): Promise<void> => checkPlanes(config, signal);
  const slips = await faultsOf([planes, ...checks, () => checkApiCertificate(config), () => checkDataDir(dataDir)]);
  // A link may come yet; what else is wrong stays so.
  if (!slips.every(isOfLink)) throwFaults(slips);
  warnings.forEach(warn);
  await waitForLinks(planes, { warn, clock: systemClock }, signal);
  for (const { leftOut } of components.filter((each) => !running(config).includes(each)))
    if (leftOut !== undefined) warn(leftOut);
  for (const warning of await makeDataDir(dataDir)) warn(warning);
  const untied = await untiedDoors(config);
  if (untied !== undefined) warn(untied);
  let ended: string | undefined;
  const faults = new StoredFaults(warn);
  const opening = openSqliteStore(join(dataDir, "neverland.db"), {
    keptElsewhere: kinds.MachineEvent,
    onFault: faults.onFault,
    onUpgraded: ({ from, to, copy }) =>
      log.info({
        event: "upgraded",
        ...{ from, to, copy },
        message: `the database was brought from data format ${from} to ${to}; as it was before it is kept as ${copy}: delete that once all is well`,
      }),
    onEnded: (error) => {
      ended = error.message;
      log.error({ event: "failed", doing: "keeping the database open", err: error });
    },
  });
  // While its thread begins. What cannot be loaded is said by the `make` that needs it.
  const loading = running(config).map((component) => component.load());
  const [database] = await Promise.all([opening, Promise.allSettled(loading)]);
  const services = new ServiceStack();
  const stop = (deadline: AbortSignal): Promise<void> => services.stop(deadline);
  const onError: Shared["onError"] = ({ doing, error, retryInMs }) =>
    log.error({ event: "failed", doing, retryInMs, err: error });
  try {
    await services.start({ start: async () => undefined, stop: () => database.close() }, signal);
    await services.start(clockWatch(warn), signal);
    const links = new CarrierWatch(interfaces, { warn, clock: systemClock, onError });
    await services.start(links, signal);
    const machines = new MachineIndex();
    const contacts = new BootContacts();
    const facts = new MachineFactBook();
    const views = openMemoryStore(undefined, { historyBytes: viewHistoryBytes }, systemClock.nowMs() * writesPerMs);
    await services.start({ start: async () => undefined, stop: () => views.close() }, signal);
    const timeline = new Timeline({
      ...{ dir: join(dataDir, "events"), clock: systemClock, randomBytes, contacts, facts, onError },
      lookup: machineNames(machines),
      onWritten: (event) => note({ event: "machine", ...event }),
    });
    await inDataDir(dataDir, () => services.start(timeline, signal));
    const onLong = (moved: number): void =>
      log.info({
        event: "upgrading",
        ...{ moved },
        message: `moving the events of machines into a log of their own, once: ${moved} by now; the server begins after that`,
      });
    await moveOldEvents(database, { timeline, clock: systemClock, onLong }, signal);
    faults.recordTo(timeline.record);
    const store = routedStore(
      database,
      new Map<KindInfo, ResourceStore>([
        [kinds.MachineEvent, timeline.view],
        [kinds.MachineView, views],
      ]),
    );
    const token = new Sensitive(await inDataDir(dataDir, () => ensureToken(dataDir)));
    const writes = new WritePath({ store, clock: systemClock, namespaces: kinds.Namespace, warn });
    // What is kept can be read without them, and a disk that takes nothing now may later.
    const doing =
      "making the namespaces of what is stored already (those that are missing are made with the next object in them, or at the next start)";
    await writes.namespaces?.makeAll(Object.values(kinds)).catch((error: unknown) => onError({ doing, error }));
    let notListening: string | undefined = "Starting: not everything that machines ask for listens yet";
    const { fileCacheMegabytes } = shared.boots;
    const cacheBytes = fileCacheMegabytes === undefined ? defaultCacheBytes() : fileCacheMegabytes * 2 ** 20;
    const files = new FileCache({ sizeBytes: cacheBytes, clock: systemClock });
    await services.start({ start: async () => undefined, stop: async () => files.close() }, signal);
    const deps: Shared = {
      ...{
        shared,
        settings,
        store,
        writes,
        version,
        machines,
        files,
        doors: bootDoors(config),
        token,
        contacts,
        facts,
        views,
        record: timeline.record,
        lookAtContent: async (kind, written) => (await lookAtTemplate()).lookAtTemplate(kind, written),
        lookAtReferences: async (kind, object) =>
          kind.references === undefined ? [] : (await lookAtReferences()).referencesInWords(kind, object, store),
        lookAtEffects: async (kind, object, done) =>
          (await lookAtEffects()).effectsInWords(kind, object, done, { store, ownAddresses: reachableAddresses }),
        onError,
        warn,
        notReadyReason: () => notListening ?? ended ?? writes.notWritableReason(),
      },
      ...{ clock: systemClock, random: Math.random, randomBytes: (count) => randomBytes(count) },
    };
    const addresses = await startComponents(config, deps, links, services, signal);
    notListening = undefined;
    return { addresses, stop };
  } catch (error) {
    await stop(AbortSignal.timeout(failedStartDeadlineMs));
    throw error;
  }
}

/** A clock that is set is said: what people compare times with changed under them. */
function clockWatch(warn: (message: string) => void): Service {
  let end = (): void => undefined;
  return {
    start: async () => {
      end = onClockSet((byMs) => {
        const how =
          byMs > 0
            ? "forward: what was waited for is waited for as long as before"
            : "back: times go on at half speed until it is reached";
        warn(`the system's clock was set ${Math.round(Math.abs(byMs) / 1000)} s ${how}`);
      });
    },
    stop: async () => end(),
  };
}

function running({ server: { only } }: ServerConfig): typeof components {
  return components.filter(({ name, runsWith = [name] }) => runsWith.some((each) => only?.includes(each) ?? true));
}

async function startComponents(
  config: ServerConfig,
  deps: Shared,
  links: CarrierWatch,
  services: ServiceStack,
  signal: AbortSignal,
): Promise<ServerAddresses> {
  const made = await makeComponents(config, deps, links);
  const loans = new NetbootLoans(config.shared.boots.netbootWithoutWork);
  await services.start(new HardwareFeed({ ...deps, index: deps.machines, loans }), signal);
  for (const service of made.flatMap((parts) => parts.services ?? [])) await services.start(service, signal);
  const boot = bootPlane(
    config,
    deps,
    made.flatMap(({ bootRoutes }) => bootRoutes ?? []),
  );
  const routes = made.flatMap(({ managementRoutes }) => managementRoutes ?? []);
  const { dataDir } = config.shared;
  const tls = routes.length === 0 ? undefined : await inDataDir(dataDir, () => apiTls(config, deps));
  if (tls !== undefined) await inDataDir(dataDir, () => services.start(tls.certificate, signal));
  const management = managementPlane(config, deps, routes, tls?.certificate);
  for (const listener of [...boot, ...management]) await services.start(listener, signal);
  for (const listener of made.flatMap(({ listeners = [] }) => listeners)) await services.start(listener, signal);
  const [http, httpAlso, api] = [
    boot[0]?.url,
    boot[deps.doors.length]?.url,
    management[0]?.url?.replace(/\/\/(0\.0\.0\.0|\[::\]):/, "//127.0.0.1:"),
  ];
  const planes = { ...(http === undefined ? {} : { http }), ...(api === undefined ? {} : { api }) };
  const announceAll = (): Promise<object[]> => {
    const told = { ...planes, ...(api !== undefined && tls?.trustFor(api)) };
    return inDataDir(dataDir, () => Promise.all(made.map(async ({ announce }) => (await announce?.(told)) ?? {})));
  };
  const said = await announceAll();
  // What this machine's programs trust goes with it.
  tls?.certificate.onChange(() => {
    announceAll().catch((error: unknown) => deps.onError({ doing: "writing the kubeconfig anew", error }));
  });
  const ca = tls?.fingerprint === undefined ? {} : { caFingerprint: tls.fingerprint };
  return Object.assign(
    { dataDir, interfaces: [], ...planes, ...(httpAlso !== undefined && { httpAlso }), ...ca },
    ...said,
  );
}

async function makeComponents(config: ServerConfig, deps: Shared, links: CarrierWatch): Promise<Parts[]> {
  const made: Parts[] = [];
  for (const component of running(config)) {
    const ofOthers: Lent = Object.assign({}, ...made.map(({ lends = {} }) => lends));
    const lent = { ...ofOthers, whyUnheard: () => links.whyUnheard() ?? ofOthers.whyUnheard?.() };
    const store = guardedStore(deps.writes, component.name);
    made.push(await component.make({ ...deps, store, lent, config: valuesOf(component, config.settings) }));
  }
  return made;
}
