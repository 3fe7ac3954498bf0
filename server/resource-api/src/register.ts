// Registers the resource API on an HTTP server: discovery, OpenAPI, health, and the kinds.
import { type KindInfo, kinds } from "@neverland/api";
import type {
  ActionLogs,
  LookAtContent,
  LookAtEffects,
  LookAtReferences,
  MachineViewLookup,
} from "@neverland/component-kit/lent-ports.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { Turns } from "@neverland/platform/wait/turns.ts";
import type { WritePath } from "@neverland/resources/write-path.ts";
import type { ResourceStore } from "@neverland/store/resource-store.ts";
import { routedStore } from "@neverland/store/routed-store.ts";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Access } from "./access/access-tokens.ts";
import { FailedTries } from "./access/failed-tries.ts";
import { guardRoutes } from "./access/token-gate.ts";
import { SharedLines } from "./answers/shared-lines.ts";
import { WatchSlots } from "./answers/watch-slots.ts";
import { type ApiContext, type ApiLimits, defaultApiLimits } from "./api-context.ts";
import { coreEvent, coreEvents } from "./discovery/core-events.ts";
import { coreResources, coreVersions, groupList, groupOf, resourceList } from "./discovery/discovery.ts";
import { registerHealth } from "./health.ts";
import { methods, refuseTheRest } from "./nothing-served.ts";
import { registerOpenApi } from "./openapi/register-openapi.ts";
import { handleResource } from "./resource-handler.ts";
import { pathsBesideKinds } from "./reviews/judge-access.ts";
import { reviewKinds } from "./reviews/review-kinds.ts";
import { ApiFault, toFault, toStatus } from "./wire/api-fault.ts";
import { kindsByPath, nothingThere } from "./wire/request-target.ts";

export type ResourceApiDeps = {
  readonly store: ResourceStore;
  readonly writes: WritePath;
  readonly lookAtContent?: LookAtContent;
  readonly lookAtReferences?: LookAtReferences;
  readonly lookAtEffects?: LookAtEffects;
  readonly clock: Clock;
  /** Who may ask. */
  readonly access: Access;
  /** Of this program, as `/version` says it: `0.1.0`. */
  readonly version: string;
  /** All that there are when absent. */
  readonly kinds?: readonly KindInfo[];
  readonly actionLogs?: ActionLogs;
  readonly machineViews?: MachineViewLookup;
  readonly limits?: Partial<ApiLimits>;
  /** Says whether the server can do its work; `/readyz` answers 503 with the reason while it cannot. */
  readonly notReadyReason?: () => string | undefined;
  /** Told, seldom, of what is not right and is nobody's fault to answer for. */
  readonly warn?: (message: string) => void;
  /** Told of faults that are ours (500), with the path that was asked for. */
  readonly onInternalError?: (error: unknown, path: string) => void;
};

/** Serves `/api`, `/apis`, `/openapi`, `/version` and health, and refuses all other paths of `app`. */
export async function registerResourceApi(app: FastifyInstance, deps: ResourceApiDeps): Promise<void> {
  const closing = new AbortController();
  const limits = { ...defaultApiLimits, ...deps.limits };
  const stored = deps.kinds ?? Object.values<KindInfo>(kinds);
  const { store, clock } = deps;
  const views = new Map([[coreEvent, coreEvents(store, kinds.MachineEvent)]]);
  const shown = [...views.keys(), ...stored, ...Object.values<KindInfo>(reviewKinds)];
  const context: ApiContext = {
    store: routedStore(store, views),
    kinds: kindsByPath(shown),
    access: deps.access,
    clock,
    writes: deps.writes,
    lookAtContent: deps.lookAtContent ?? (async () => ({ faults: [], notes: [] })),
    lookAtReferences: deps.lookAtReferences ?? (async () => []),
    lookAtEffects: deps.lookAtEffects ?? (async () => []),
    lines: new SharedLines(),
    turns: new Turns(),
    limits,
    actionLogs: deps.actionLogs,
    machineViews: deps.machineViews,
    closing: closing.signal,
  };
  await app.register(async (scope) => {
    // Before the server waits for its connections to end, or watches would keep it up.
    scope.addHook("preClose", async () => closing.abort());
    guardRoutes(scope, deps.access, new FailedTries({ clock, warn: (message) => deps.warn?.(message) }));
    scope.removeAllContentTypeParsers();
    // JSON by name, though it is read as the rest: what has no parser by its name is looked at anew at each request.
    const types = ["application/json", "*"];
    scope.addContentTypeParser(types, { parseAs: "buffer", bodyLimit: limits.bodyBytes }, (_request, body, done) => {
      done(null, body);
    });
    scope.setErrorHandler<FastifyError>((error, request, reply) => sendFault(deps, limits, error, request, reply));
    refuseTheRest(scope);
    registerHealth(scope, () => deps.notReadyReason?.());
    registerDiscovery(scope, shown, deps.version);
    registerOpenApi(scope, shown, deps.version, context.turns);
    const slots = new WatchSlots(limits.watches, { clock, warn: (message) => deps.warn?.(message) });
    // It answers by itself. A reply that a promise comes to would be waited for once more, until it has been sent.
    const handle = (request: FastifyRequest, reply: FastifyReply): void => {
      handleResource(context, slots, request, reply).catch((error: unknown) => {
        // The head may be out: then the caller sees that the answer breaks off, and only the log can say why.
        if (reply.sent) tellInternal(deps, toFault(error), error, request);
        else reply.send(error);
      });
    };
    // In turns: hundreds of requests that come at the same moment must not hold the event loop together.
    const handler = (request: FastifyRequest, reply: FastifyReply): void =>
      context.turns.run(() => handle(request, reply));
    for (const url of ["/apis/:group/:version/*", "/api/:version/*"]) scope.route({ method: methods, url, handler });
  });
}

function registerDiscovery(scope: FastifyInstance, shown: readonly KindInfo[], version: string): void {
  // Some clients (kr8s, pykube, Python's own) ask with a slash at the end.
  const get = <Params = unknown>(
    path: string,
    answer: (request: FastifyRequest<{ Params: Params }>) => unknown,
  ): void => {
    for (const url of [path, `${path}/`])
      scope.get<{ Params: Params }>(url, async (request) => orNothing(request, answer(request)));
  };
  scope.get("/", async () => ({ paths: pathsBesideKinds.filter((path) => path !== "/" && !path.endsWith("/")) }));
  get("/version", () => versionOf(version));
  get("/api", () => coreVersions);
  get("/api/v1", () => coreResources(shown));
  get("/apis", () => groupList(shown));
  get<{ group: string }>("/apis/:group", ({ params }) => groupOf(shown, params.group));
  get<{ group: string; version: string }>("/apis/:group/:version", ({ params }) =>
    resourceList(shown, `${params.group}/${params.version}`),
  );
}

function sendFault(
  deps: ResourceApiDeps,
  limits: ApiLimits,
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const fault = fromFastify(error, limits) ?? toFault(error);
  tellInternal(deps, fault, error, request);
  if (fault.reason === "Unauthorized") reply.header("www-authenticate", "Bearer");
  const { retryAfterSeconds } = fault.details;
  if (retryAfterSeconds !== undefined) reply.header("retry-after", retryAfterSeconds);
  return reply.code(fault.statusCode).type("application/json").send(toStatus(fault));
}

function tellInternal(deps: ResourceApiDeps, { reason }: ApiFault, error: unknown, request: FastifyRequest): void {
  if (reason === "InternalError") deps.onInternalError?.(error, pathOf(request));
}

function fromFastify(error: FastifyError | Error, { bodyBytes }: ApiLimits): ApiFault | undefined {
  const status = "statusCode" in error ? error.statusCode : undefined;
  if (error instanceof ApiFault || status === undefined || status >= 500) return undefined;
  if (status === 413)
    return new ApiFault("RequestEntityTooLarge", `Request entity too large: limit is ${bodyBytes} bytes`);
  return new ApiFault("BadRequest", error.message, {}, { cause: error });
}

function orNothing<T>(request: FastifyRequest, value: T | undefined): T {
  if (value === undefined) throw nothingThere(pathOf(request));
  return value;
}

function pathOf(request: FastifyRequest): string {
  return request.url.split("?")[0] ?? "";
}

/** Go's names of processors, where they are not Node's. */
const goArchitectures: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

/** kubectl compares its version with the server's, so this is the Kubernetes whose API ours is shaped like. */
function versionOf(version: string) {
  return {
    major: "1",
    minor: "32",
    gitVersion: `v1.32.0+neverland-${version}`,
    gitCommit: "",
    gitTreeState: "",
    // Kubernetes' own word for a build that has no date; nothing is built here.
    buildDate: "1970-01-01T00:00:00Z",
    goVersion: `node${process.version}`,
    compiler: "node",
    platform: `${process.platform}/${goArchitectures[process.arch] ?? process.arch}`,
  };
}
