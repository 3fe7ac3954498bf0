// Boots' part of the boot plane's HTTP server: scripts, iPXE binaries, kernel and initial RAM disk, disk images. No redirects.
import type { EventReason, EventType, MachineEventInput } from "@neverland/api";
import type { MachineCard } from "@neverland/machines/machine-card.ts";
import type { MachineIndex } from "@neverland/machines/machine-index.ts";
import { plainAddress } from "@neverland/platform/network/plain-address.ts";
import type { EventGate } from "@neverland/timeline/event-gate.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type BootFiles, parseRequestedFile } from "../boot-files.ts";
import { sendBytes, sendFile } from "./file-response.ts";
import { type ScriptConfig, scriptForMachine } from "./machine-script.ts";
import { findRequester, type Requester } from "./requester.ts";

export interface BootHttpDeps {
  readonly index: MachineIndex;
  readonly gate: EventGate;
  readonly files: BootFiles;
  /** Holds `vmlinuz-x86_64` and `initramfs-x86_64`; undefined: nothing is served under `/hook/`. */
  readonly hookDirectory: string | undefined;
  /** Holds disk images; undefined: nothing is served under `/files/`. */
  readonly filesDirectory: string | undefined;
  /** The settings for a machine that reached us at `localAddress`. */
  readonly scriptConfig: (localAddress: string) => ScriptConfig;
}

const quietMs = 60_000;
/** A machine that asks again and again is one event a second at most. */
const repeatQuietMs = 1000;
const methods = ["GET", "HEAD"];

/** `/ipxe/script/[<mac>/]auto.ipxe`, `/ipxe/binary/[<mac>/]<name>`, `/hook/<name>`, `/files/<name>`. */
export function registerBootRoutes(app: FastifyInstance, deps: BootHttpDeps): void {
  const route = (url: string, handler: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>) =>
    app.route({ method: methods, url, handler });
  route("/ipxe/script/*", (request, reply) => serveScript(deps, request, reply));
  route("/ipxe/binary/*", (request, reply) => serveBinary(deps, request, reply));
  route("/hook/*", (request, reply) => serveDirectory(deps, request, reply, deps.hookDirectory, hookEventType));
  route("/files/*", (request, reply) => serveDirectory(deps, request, reply, deps.filesDirectory, () => "FileServed"));
}

async function serveScript(deps: BootHttpDeps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { name, directory } = parseRequestedFile(pathOf(request));
  if (name !== "auto.ipxe") return notFound(reply);
  const requester = requesterOf(deps, request, directory);
  if (!requester.known) return refuse(deps, request, reply, requester);
  const { machine } = requester;
  const config = deps.scriptConfig(plainAddress(request.socket.localAddress ?? ""));
  const script = scriptForMachine(machine, config);
  if (!script.allowed) return refuse(deps, request, reply, { ...script, machine });
  if (request.method === "GET") {
    const message = `${machine.mac} was given its ${script.kind} script`;
    deps.gate.once(`script ${machine.mac}`, repeatQuietMs, {
      ...subject(machine),
      type: "ScriptServed",
      message,
      data: { kind: script.kind },
    });
  }
  return reply.type("text/plain").header("cache-control", "no-store").send(script.text);
}

async function serveBinary(deps: BootHttpDeps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { name, directory } = parseRequestedFile(pathOf(request));
  const requester = requesterOf(deps, request, directory);
  if (!requester.known) return refuse(deps, request, reply, requester);
  const { machine } = requester;
  if (machine.card.netboot?.allowPXE !== true) {
    const message = `${machine.key} does not have allowPXE set for ${machine.mac}`;
    return refuse(deps, request, reply, { reason: "NetbootNotAllowed", message, machine });
  }
  const bytes = await deps.files.read(name);
  if (bytes === undefined)
    return refuse(deps, request, reply, {
      reason: "FileNotLent",
      message: `${name} is not a file that is lent here`,
      machine,
    });
  if (request.method === "GET") {
    const message = `${machine.mac} was given ${name} over HTTP`;
    deps.gate.once(`binary ${machine.mac} ${name}`, repeatQuietMs, {
      ...subject(machine),
      type: "BinaryServed",
      message,
      data: { file: name, sizeBytes: bytes.length },
    });
  }
  return sendBytes(request, reply, bytes);
}

async function serveDirectory(
  deps: BootHttpDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  directory: string | undefined,
  eventType: (name: string) => EventType,
): Promise<FastifyReply> {
  const requester = requesterOf(deps, request, "");
  if (!requester.known) return refuse(deps, request, reply, requester);
  if (directory === undefined) return notFound(reply);
  const name = pathOf(request);
  const started = performance.now();
  return sendFile(request, reply, { directory, name }, ({ sizeBytes, whole }) => {
    const who = subject(requester.machine);
    const data = {
      file: name,
      sizeBytes,
      durationMs: Math.round(performance.now() - started),
      range: request.headers.range ?? "",
    };
    const message = `${plainAddress(request.ip)} ${whole ? "read" : "broke off reading"} ${name}`;
    const cause = `file ${plainAddress(request.ip)} ${name} ${data.range} ${whole}`;
    deps.gate.once(cause, repeatQuietMs, { ...who, type: whole ? eventType(name) : "HttpBrokenOff", message, data });
  });
}

function hookEventType(name: string): EventType {
  if (name.startsWith("vmlinuz")) return "KernelServed";
  return name.startsWith("initramfs") ? "InitrdServed" : "FileServed";
}

function requesterOf(deps: BootHttpDeps, request: FastifyRequest, pathElement: string): Requester {
  return findRequester(deps.index, pathElement, plainAddress(request.ip));
}

interface HttpRefusal {
  readonly reason: EventReason;
  readonly message: string;
  readonly machine?: MachineCard;
}

/** 404 without a hint of what is there: iPXE then falls through to the next boot device. */
function refuse(deps: BootHttpDeps, request: FastifyRequest, reply: FastifyReply, refusal: HttpRefusal): FastifyReply {
  const { reason, message, machine } = refusal;
  const who = machine === undefined ? ({ source: "boots/http" } as const) : subject(machine);
  const cause = `http ${reason} ${machine?.mac ?? plainAddress(request.ip)}`;
  deps.gate.once(cause, quietMs, {
    ...who,
    type: "HttpRefused",
    reason,
    message,
    data: { path: request.url.slice(0, 200) },
  });
  return notFound(reply);
}

function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).type("text/plain").send("not found\n");
}

function subject(machine: MachineCard): Pick<MachineEventInput, "source" | "hardware" | "mac"> {
  return { source: "boots/http", hardware: machine.key, mac: machine.mac };
}

/** What the route's star stands for, decoded. */
function pathOf(request: FastifyRequest): string {
  const { "*": path } = request.params as { "*": string }; // every route here ends in a star
  return path;
}
