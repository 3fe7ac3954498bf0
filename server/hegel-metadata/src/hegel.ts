// Hegel's routes on the boot plane: each machine is told what is its own, and nothing else.
import { type EventReason, formatKey, type MachineEventInput } from "@neverland/api";
import type { KnownHardware } from "@neverland/machines/machine-card.ts";
import type { HardwareLookup, MachineIndex } from "@neverland/machines/machine-index.ts";
import { callerAddress, type TrustedProxies } from "@neverland/platform/network/caller-address.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { EventGate } from "@neverland/timeline/budgets/event-gate.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { FirstContact } from "./first-contact.ts";
import { metadataTree, readTree } from "./metadata-tree.ts";
import { seedFile, seedFiles } from "./nocloud-seed.ts";
import { readPhoneHome } from "./phone-home.ts";
import { storageDocument } from "./storage-document.ts";

export type HegelDeps = {
  readonly clock: Clock;
  readonly index: Pick<MachineIndex, "byAddress" | "byInstanceId">;
  readonly proxies: TrustedProxies;
  /** Serves `/tootles/instanceID/ID/2009-04-04/…` to anyone who knows an instance id. Default false. */
  readonly instanceEndpoint?: boolean;
  readonly record: (event: MachineEventInput) => void;
};

type Answer = (request: FastifyRequest, reply: FastifyReply) => FastifyReply;
type Refusal = { readonly status: 400 | 404 | 500; readonly reason: EventReason; readonly message: string };
type Caller = { readonly hardware: KnownHardware } | (Refusal & { readonly address?: string | undefined });
/** What all requests share. */
type Memory = { readonly first: FirstContact; readonly gate: EventGate };

const longestFormBytes = 64 * 1024;
/** Whoever is refused asks again at once. */
const refusedQuietMs = 60_000;
/** cloud-init tries again until it is heard. */
const phonedQuietMs = 1000;

/** Resolves when the routes are there. May be called for several listeners. */
export async function registerHegel(app: FastifyInstance, deps: HegelDeps): Promise<void> {
  await app.register(async (scope) => {
    const gate = new EventGate(deps.record, () => deps.clock.nowMs());
    const memory = { first: new FirstContact(), gate };
    const answer = answerer(deps, memory);
    for (const version of ["/2009-04-04", "/latest"]) addTree(scope, version, answer);
    addFile(
      scope,
      ["/metadata"],
      answer((hardware) => ({ type: "application/json", text: JSON.stringify(storageDocument(hardware)) })),
    );
    for (const file of seedFiles)
      addFile(
        scope,
        // cloud-init before 24.1 puts the name behind whatever its seed is, also where that ends in no slash.
        [`/nocloud/${file}`, `/nocloud${file}`],
        answer((hardware) => ({ text: seedFile(hardware, file) })),
      );
    addFile(
      scope,
      ["/nocloud"],
      answer(() => ({ text: seedFiles.toSorted().join("\n") })),
    );
    if (deps.instanceEndpoint === true)
      addTree(scope, "/tootles/instanceID/:instanceId/2009-04-04", answerer(deps, memory, byInstance));
    scope.addContentTypeParser(
      "application/x-www-form-urlencoded",
      { parseAs: "string", bodyLimit: longestFormBytes },
      async (_: FastifyRequest, body: string) => body,
    );
    scope.post("/phone-home", phoneHome(deps, memory));
  });
}

/** A slash behind a name is none of it, as in the tree. */
function addFile(scope: FastifyInstance, paths: readonly string[], answer: Answer): void {
  for (const path of paths) for (const end of ["", "/"]) scope.get(`${path}${end}`, answer);
}

type Text = { readonly text: string; readonly type?: string };
type Answerer = (read: (hardware: KnownHardware, request: FastifyRequest) => Text | undefined) => Answer;

function addTree(scope: FastifyInstance, prefix: string, answer: Answerer): void {
  const handler = answer((hardware, request) => {
    const text = readTree(metadataTree(hardware), wildcardOf(request));
    return text === undefined ? undefined : { text };
  });
  scope.get(prefix, handler);
  scope.get(`${prefix}/*`, handler);
}

function answerer(deps: HegelDeps, memory: Memory, find = byAddress): Answerer {
  return (read) => (request, reply) => {
    const caller = find(request, deps);
    if ("status" in caller) return refuse(memory, caller, reply);
    const found = read(caller.hardware, request);
    if (found === undefined) return plain(reply.code(404), "there is no such metadata\n");
    noteServed(request, caller.hardware, deps, memory);
    return plain(reply, found.text, found.type);
  };
}

function byAddress(request: FastifyRequest, { index, proxies }: HegelDeps): Caller {
  const header = request.headers["x-forwarded-for"];
  const forwardedFor = Array.isArray(header) ? header.join(",") : header;
  const address = callerAddress(request.socket.remoteAddress, forwardedFor, proxies);
  if (address === undefined)
    return { status: 400, reason: "UnreadableAddress", message: "the caller's address cannot be read" };
  return { ...callerOf(index.byAddress(address), `the address ${address}`), address };
}

function byInstance(request: FastifyRequest, { index }: HegelDeps): Caller {
  const { instanceId = "" } = request.params as { instanceId?: string }; // of the route's own pattern
  return callerOf(index.byInstanceId(instanceId), "this instance id");
}

function callerOf(lookup: HardwareLookup, claim: string): Caller {
  switch (lookup.found) {
    case "one":
      return { hardware: lookup.hardware };
    case "none":
      return {
        status: 404,
        reason: "UnknownAddress",
        message: `no Hardware has ${claim}; metadata is given to the address that a machine gets by DHCP`,
      };
    case "several":
      return {
        status: 500,
        reason: "DuplicateClaim",
        message: `${lookup.names.join(" and ")} all have ${claim}; change all but one`,
      };
  }
}

function refuse(
  { gate }: Memory,
  { status, reason, message, address }: Exclude<Caller, { hardware: KnownHardware }>,
  reply: FastifyReply,
): FastifyReply {
  const event = { source: "hegel", type: "MetadataRefused", address, reason, message } as const;
  gate.once(`${reason} ${address ?? ""}`, refusedQuietMs, event);
  // Anyone can make up addresses: what each of them would keep open costs more than its next connection.
  return plain(reply.code(status).header("connection", "close"), `${message}\n`);
}

/** One event per boot for metadata, and one for user data. */
function noteServed(
  request: FastifyRequest,
  hardware: KnownHardware,
  { clock, record }: HegelDeps,
  { first }: Memory,
): void {
  const isUserData = /user-data\/?(\?|$)/.test(request.url);
  const type = isUserData ? "UserDataServed" : "MetadataServed";
  if (!first.isFirst(`${type} ${formatKey(hardware.metadata)}`, clock.nowMs())) return;
  const name = formatKey(hardware.metadata);
  record({
    source: "hegel",
    hardware: name,
    type,
    message: `${name} ${isUserData ? "read its user data" : "asked for its metadata"}`,
    data: { path: request.url.slice(0, 200), userAgent: (request.headers["user-agent"] ?? "").slice(0, 100) },
  });
}

function phoneHome(deps: HegelDeps, memory: Memory): Answer {
  return (request, reply) => {
    const caller = byAddress(request, deps);
    if ("status" in caller) return refuse(memory, caller, reply);
    const name = formatKey(caller.hardware.metadata);
    const body = typeof request.body === "string" ? request.body : "";
    memory.gate.once(`PhonedHome ${name}`, phonedQuietMs, {
      source: "hegel",
      hardware: name,
      type: "PhonedHome",
      message: `${name} says that its system is up`,
      data: readPhoneHome(body),
    });
    return plain(reply, "");
  };
}

function wildcardOf(request: FastifyRequest): string {
  return (request.params as { "*"?: string })["*"] ?? ""; // of the route's own pattern
}

function plain(reply: FastifyReply, text: string, type = "text/plain; charset=utf-8"): FastifyReply {
  return reply.type(type).header("cache-control", "no-store").send(text);
}
