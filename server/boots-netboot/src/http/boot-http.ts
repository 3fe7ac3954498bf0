// Boots' part of the boot plane's HTTP server: scripts, iPXE binaries, kernel and initial RAM disk, disk images. No redirects.
import type { EventType } from "@neverland/api";
import type { MachineCard } from "@neverland/machines/machine-card.ts";
import type { MachineIndex } from "@neverland/machines/machine-index.ts";
import { whyNoNetboot } from "@neverland/machines/netboot-loans.ts";
import type { FileCache } from "@neverland/platform/files/file-cache.ts";
import type { FileFault } from "@neverland/platform/files/open-plain-file.ts";
import type { ServedFile } from "@neverland/platform/files/served-file.ts";
import { FileSender } from "@neverland/platform/http/send-file.ts";
import { shortAnswersOf } from "@neverland/platform/http/short-answers.ts";
import { plainAddress } from "@neverland/platform/network/plain-address.ts";
import type { Turns } from "@neverland/platform/wait/turns.ts";
import type { EventGate } from "@neverland/timeline/budgets/event-gate.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type BootFiles, parseRequestedFile } from "../boot-files.ts";
import { findRequester, type Requester } from "../requester.ts";
import { beginDownload, hookEventType } from "./download-events.ts";
import { pathInFolder } from "./folder-file.ts";
import { type HttpRefusal, refuseHttp, subjectOf } from "./http-refusal.ts";
import { type ScriptConfig, scriptForMachine } from "./machine-script.ts";
import { shortFolderFiles } from "./short-folder-files.ts";

export interface BootHttpDeps {
  readonly index: MachineIndex;
  readonly gate: EventGate;
  /** The binaries. */
  readonly files: BootFiles;
  /** What the folders' files are read through. */
  readonly cache: Pick<FileCache, "open" | "openKnown">;
  /** In which the ends of downloads are put on the timeline: those of a hall come by the thousand. */
  readonly ends: Pick<Turns, "run">;
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

/** A folder of files that machines read whole or in parts. */
interface ServedFolder {
  readonly directory: string | undefined;
  readonly eventType: (name: string) => EventType;
  /** What a file that is missing there means. */
  readonly missing: (fault: FileFault) => Pick<HttpRefusal, "reason" | "message">;
}

/** With what all routes share. */
type RouteDeps = BootHttpDeps & { readonly sender: FileSender };
type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** `/ipxe/script/[<mac>/]auto.ipxe`, `/ipxe/binary/[<mac>/]<name>`, `/hook/<name>`, `/files/<name>`. */
export function registerBootRoutes(app: FastifyInstance, bootDeps: BootHttpDeps): void {
  const deps: RouteDeps = { ...bootDeps, sender: new FileSender() };
  const hook: ServedFolder = { directory: deps.hookDirectory, eventType: hookEventType, missing: hookNotBuilt };
  const files: ServedFolder = { directory: deps.filesDirectory, eventType: () => "FileServed", missing: asItIs };
  const route = (url: string, handler: Handler) => app.route({ method: methods, url, handler });
  const serve = (prefix: string, folder: ServedFolder): void => {
    route(`${prefix}*`, (request, reply) => serveFolder(deps, request, reply, folder));
    shortAnswersOf(app.server)?.route(prefix, shortFolderFiles({ ...deps, ...folder, mediaType }));
  };
  route("/ipxe/script/*", (request, reply) => serveScript(deps, request, reply));
  route("/ipxe/binary/*", (request, reply) => serveBinary(deps, request, reply));
  serve("/hook/", hook);
  serve("/files/", files);
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

async function serveBinary(deps: RouteDeps, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { name, directory } = parseRequestedFile(pathOf(request));
  const requester = requesterOf(deps, request, directory);
  if (!requester.known) return refuseHttp(deps.gate, request, reply, requester);
  const { machine } = requester;
  if (machine.card.netboot?.allowPXE !== true) {
    const message = `${machine.key} (${machine.mac}) ${whyNoNetboot(machine.card.netboot)}`;
    return refuseHttp(deps.gate, request, reply, { reason: "NetbootNotAllowed", message, machine });
  }
  const file = await deps.files.open(name);
  if ("reason" in file) return refuseHttp(deps.gate, request, reply, { ...file, machine });
  return await sendTo(deps, request, reply, { machine, file, name, type: "BinaryServed" });
}

async function serveFolder(
  deps: RouteDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { directory, eventType, missing }: ServedFolder,
): Promise<FastifyReply> {
  const requester = requesterOf(deps, request, "");
  if (!requester.known) return refuseHttp(deps.gate, request, reply, requester);
  const { machine } = requester;
  const name = pathOf(request);
  const path = pathInFolder(directory, name);
  const file = typeof path === "string" ? await deps.cache.open(path) : path;
  if ("reason" in file) {
    const refusal = file.reason === "NoSuchFile" ? missing(file) : file;
    return refuseHttp(deps.gate, request, reply, { ...refusal, machine });
  }
  return await sendTo(deps, request, reply, { machine, file, name, type: eventType(name) });
}

/** What is lent to whom, and the event when it has been read. */
interface Lent {
  readonly machine: MachineCard;
  readonly file: ServedFile;
  readonly name: string;
  readonly type: EventType;
}

async function sendTo(
  { gate, sender, ends }: RouteDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { machine, file, name, type }: Lent,
): Promise<FastifyReply> {
  const { ip, headers } = request;
  const over = beginDownload(gate, machine, { address: plainAddress(ip), range: headers.range, name, type });
  const fault = await sender.send(request, reply, { file, mediaType }, (sent) =>
    ends.run(() => over(sent, file.version.sizeBytes), true),
  );
  return fault === undefined ? reply : refuseHttp(gate, request, reply, { ...fault, machine });
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
