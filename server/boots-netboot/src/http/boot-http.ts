// Boots' part of the boot plane's HTTP server: scripts, iPXE binaries, kernel and initial RAM disk, disk images. No redirects.
import { Readable } from "node:stream";
import type { EventReason, EventType } from "@neverland/api";
import type { MachineCard } from "@neverland/machines/machine-card.ts";
import type { MachineIndex } from "@neverland/machines/machine-index.ts";
import type { FileFault } from "@neverland/platform/files/open-plain-file.ts";
import { setContentHeaders } from "@neverland/platform/http/content-headers.ts";
import { type FileSent, sendOpenFile } from "@neverland/platform/http/send-file.ts";
import { plainAddress } from "@neverland/platform/network/plain-address.ts";
import type { EventGate } from "@neverland/timeline/budgets/event-gate.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type BootFiles, parseRequestedFile } from "../boot-files.ts";
import { findRequester, type Requester } from "../requester.ts";
import { openFolderFile } from "./folder-file.ts";
import { type HttpRefusal, refuseHttp, subjectOf } from "./http-refusal.ts";
import { type ScriptConfig, scriptForMachine } from "./machine-script.ts";

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

/** A machine that asks again and again is one event a second at most. */
const repeatQuietMs = 1000;
const methods = ["GET", "HEAD"];
const mediaType = "application/octet-stream";
/** Of a request's Range, in its event: one or two ranges. */
const longestRange = 100;

/** A folder of files that machines read whole or in parts. */
interface ServedFolder {
  readonly directory: string | undefined;
  readonly eventType: (name: string) => EventType;
  /** What a file that is missing there means. */
  readonly missing: (fault: FileFault) => Pick<HttpRefusal, "reason" | "message">;
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** `/ipxe/script/[<mac>/]auto.ipxe`, `/ipxe/binary/[<mac>/]<name>`, `/hook/<name>`, `/files/<name>`. */
export function registerBootRoutes(app: FastifyInstance, deps: BootHttpDeps): void {
  const hook: ServedFolder = { directory: deps.hookDirectory, eventType: hookEventType, missing: hookNotBuilt };
  const files: ServedFolder = { directory: deps.filesDirectory, eventType: () => "FileServed", missing: asItIs };
  const route = (url: string, handler: Handler) => app.route({ method: methods, url, handler });
  route("/ipxe/script/*", (request, reply) => serveScript(deps, request, reply));
  route("/ipxe/binary/*", (request, reply) => serveBinary(deps, request, reply));
  route("/hook/*", (request, reply) => serveFolder(deps, request, reply, hook));
  route("/files/*", (request, reply) => serveFolder(deps, request, reply, files));
}

async function serveScript(deps: BootHttpDeps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { name, directory } = parseRequestedFile(pathOf(request));
  const requester = requesterOf(deps, request, directory);
  if (!requester.known) return refuseHttp(deps.gate, request, reply, requester);
  const { machine } = requester;
  if (name !== "auto.ipxe") {
    const message = `the only script is auto.ipxe, and ${machine.mac} asked for ${name.slice(0, 100)}`;
    return refuseHttp(deps.gate, request, reply, { reason: "NoSuchFile", message, machine });
  }
  const config = deps.scriptConfig(plainAddress(request.socket.localAddress ?? ""));
  const script = scriptForMachine(machine, config);
  if (!script.allowed) return refuseHttp(deps.gate, request, reply, { ...script, machine });
  if (request.method === "GET") {
    const message = `${machine.mac} was given its ${script.kind} script`;
    deps.gate.once(`script ${machine.mac}`, repeatQuietMs, {
      ...subjectOf(machine),
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
  if (!requester.known) return refuseHttp(deps.gate, request, reply, requester);
  const { machine } = requester;
  if (machine.card.netboot?.allowPXE !== true) {
    const message = `${machine.key} does not have allowPXE set for ${machine.mac}`;
    return refuseHttp(deps.gate, request, reply, { reason: "NetbootNotAllowed", message, machine });
  }
  const bytes = await deps.files.read(name);
  if ("reason" in bytes) return refuseHttp(deps.gate, request, reply, { ...bytes, machine });
  if (request.method === "GET") {
    const message = `${machine.mac} was given ${name} over HTTP`;
    deps.gate.once(`binary ${machine.mac} ${name}`, repeatQuietMs, {
      ...subjectOf(machine),
      type: "BinaryServed",
      message,
      data: { file: name, sizeBytes: bytes.length },
    });
  }
  const span = setContentHeaders(request, reply, { sizeBytes: bytes.length, mediaType, etag: undefined });
  if (span === undefined) return reply.send();
  return reply.send(Readable.from([Buffer.from(bytes.subarray(span.first, span.last + 1))]));
}

async function serveFolder(
  deps: BootHttpDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { directory, eventType, missing }: ServedFolder,
): Promise<FastifyReply> {
  const requester = requesterOf(deps, request, "");
  if (!requester.known) return refuseHttp(deps.gate, request, reply, requester);
  const { machine } = requester;
  const name = pathOf(request);
  const opened = await openFolderFile(directory, name);
  if ("reason" in opened) {
    const refusal = opened.reason === "NoSuchFile" ? missing(opened) : opened;
    return refuseHttp(deps.gate, request, reply, { ...refusal, machine });
  }
  const { handle, stats, path } = opened;
  const etag = `"${stats.size.toString(16)}-${Math.floor(stats.mtimeMs).toString(16)}"`;
  const content = { sizeBytes: stats.size, mediaType, etag, lastModifiedMs: stats.mtimeMs };
  const startedMs = performance.now();
  return await sendOpenFile(request, reply, { handle, path, content }, (sent) => {
    const durationMs = Math.round(performance.now() - startedMs);
    recordSent(deps.gate, request, machine, { sent, name, type: eventType(name), sizeBytes: stats.size, durationMs });
  });
}

interface Download {
  readonly sent: FileSent;
  readonly name: string;
  /** Of the event when all of it was read. */
  readonly type: EventType;
  readonly sizeBytes: number;
  readonly durationMs: number;
}

function recordSent(
  gate: EventGate,
  request: FastifyRequest,
  machine: MachineCard,
  { sent: { whole, fault }, name, type, sizeBytes, durationMs }: Download,
): void {
  const address = plainAddress(request.ip);
  const range = (request.headers.range ?? "").slice(0, longestRange);
  const data = { file: name, sizeBytes, durationMs, range };
  const end: { type: EventType; reason?: EventReason; message: string } =
    fault === undefined
      ? { type: whole ? type : "HttpBrokenOff", message: `${address} ${whole ? "read" : "broke off reading"} ${name}` }
      : {
          type: "ServerFault",
          reason: fault.reason,
          message: `${address} could not be given all of ${name}: ${fault.message}`,
        };
  gate.once(`file ${address} ${name} ${range} ${end.type}`, repeatQuietMs, { ...subjectOf(machine), ...end, data });
}

function hookEventType(name: string): EventType {
  if (name.startsWith("vmlinuz")) return "KernelServed";
  return name.startsWith("initramfs") ? "InitrdServed" : "FileServed";
}

function hookNotBuilt({ message }: FileFault): Pick<HttpRefusal, "reason" | "message"> {
  return { reason: "HookNotBuilt", message: `${message}: make the in-memory system with "tink hook build"` };
}

function asItIs(fault: FileFault): FileFault {
  return fault;
}

function requesterOf(deps: BootHttpDeps, request: FastifyRequest, pathElement: string): Requester {
  return findRequester(deps.index, pathElement, plainAddress(request.ip));
}

/** What the route's star stands for, decoded. */
function pathOf(request: FastifyRequest): string {
  const { "*": path } = request.params as { "*": string }; // every route here ends in a star
  return path;
}
