// The read-only OCI registry of the boot plane: the pull side of the distribution-spec (v1.1) over image layouts on disk.
import { mediaTypes } from "@neverland/oci";
import type { FileCache } from "@neverland/platform/files/file-cache.ts";
import type { FileFaultReason } from "@neverland/platform/files/open-plain-file.ts";
import type { ServedFile } from "@neverland/platform/files/served-file.ts";
import { type FileAnswer, FileSender } from "@neverland/platform/http/send-file.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Catalog, StoredBlob } from "./catalog.ts";
import { type ImageEventDeps, ImageEvents } from "./image-events.ts";
import { LiveCatalog } from "./live-catalog.ts";
import {
  find,
  type Page,
  parseRegistryPath,
  type RegistryErrorCode,
  type RegistryRequest,
} from "./registry-request.ts";

export type RegistryDeps = ImageEventDeps & {
  /** OCI image layouts, tagged `repository:tag`. Where a repository is in several, the first has it. */
  readonly layoutDirs: readonly string[];
  /** What they are read through. */
  readonly files: Pick<FileCache, "open">;
};

const httpStatus: Readonly<Record<RegistryErrorCode, number>> = {
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  MANIFEST_UNKNOWN: 404,
  BLOB_UNKNOWN: 404,
  UNSUPPORTED: 405,
  UNAVAILABLE: 503,
};

/** Registers `/v2/…`. Whatever the client names, only files that the layouts' tags lead to are read. */
export function registerRegistry(app: FastifyInstance, deps: RegistryDeps): void {
  const live = new LiveCatalog(deps.layoutDirs);
  const events = new ImageEvents(deps);
  const sender = new FileSender();
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    await serve(request, reply, { live, events, sender, files: deps.files });
  // Fastify answers HEAD where it answers GET, but would read the file for it: both are ours.
  app.route({ method: ["GET", "HEAD"], url: "/v2", handler: welcome, exposeHeadRoute: false });
  app.route({ method: ["GET", "HEAD"], url: "/v2/", handler: welcome, exposeHeadRoute: false });
  app.route({ method: ["GET", "HEAD"], url: "/v2/*", handler: answer, exposeHeadRoute: false });
  app.route({ method: ["POST", "PUT", "PATCH", "DELETE"], url: "/v2/*", handler: refuseWrite });
}

/** The address with which clients find out that this is a registry, and that it wants no login. */
async function welcome(_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  return await reply.header("docker-distribution-api-version", "registry/2.0").send({});
}

async function refuseWrite(_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const message = "This registry is read-only: put images into its layout folder instead";
  return await refuse(reply.header("allow", "GET, HEAD"), "UNSUPPORTED", message);
}

interface Serving extends Pick<RegistryDeps, "files"> {
  readonly live: LiveCatalog;
  readonly events: ImageEvents;
  readonly sender: FileSender;
}

async function serve(
  request: FastifyRequest,
  reply: FastifyReply,
  { live, events, sender, files }: Serving,
): Promise<FastifyReply> {
  reply.header("docker-distribution-api-version", "registry/2.0");
  const path = (request.params as { readonly "*": string })["*"];
  const asked = parseRegistryPath(path);
  if (asked === undefined) return await refuse(reply, "NAME_INVALID", "This is no address of a registry's image");
  const image = imageOf(asked);
  const fault = async (reason: FileFaultReason, message: string): Promise<FastifyReply> => {
    events.fault(request.ip, image, reason, message);
    return await refuse(reply, "UNAVAILABLE", "This registry cannot read the image now: ask again");
  };
  let catalog: Catalog;
  try {
    catalog = await live.current();
  } catch (error) {
    return await fault("FileUnreadable", error instanceof Error ? error.message : String(error));
  }
  const page = pageOf(request);
  const found = find(catalog, asked, page);
  switch (found.kind) {
    case "refused":
      if (asked.kind === "manifest" || asked.kind === "blob") events.notFound(request.ip, image, found.message);
      return await refuse(reply, found.code, found.message);
    case "tags":
      if (found.isMore) linkNext(reply, `/v2/${path}`, page, found.tags);
      return await reply.send({ name: found.name, tags: found.tags });
    case "catalog":
      if (found.isMore) linkNext(reply, "/v2/_catalog", page, found.repositories);
      return await reply.send({ repositories: found.repositories });
    case "no-referrers":
      return await reply
        .type(mediaTypes.index)
        .send(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [] })));
    case "content": {
      const { file: path, sizeBytes } = found.blob;
      const file = await files.open(path);
      if ("reason" in file) return await fault(file.reason, file.message);
      // A part of it that names itself the whole would be kept as such by whoever pulls it.
      if (file.version.sizeBytes !== sizeBytes) {
        file.close();
        return await fault(
          "FileUnreadable",
          `${path} has ${file.version.sizeBytes} bytes and should have ${sizeBytes}`,
        );
      }
      if (asked.kind === "manifest") events.served(request.ip, image, found.instead);
      const unread = await sender.send(request, reply, blobAnswer(found.blob, file), (sent) => {
        if (sent.fault !== undefined) events.fault(request.ip, image, sent.fault.reason, sent.fault.message);
      });
      return unread === undefined ? reply : await fault(unread.reason, unread.message);
    }
  }
}

function imageOf(asked: RegistryRequest): string {
  if (asked.kind === "catalog") return "";
  return asked.reference === "" ? asked.name : `${asked.name}:${asked.reference}`;
}

/** `n` and `last` of the query; what is no number asks for all. */
function pageOf(request: FastifyRequest): Page {
  const query = new URLSearchParams(request.url.split("?")[1]);
  const n = query.get("n") ?? "";
  return { count: /^\d{1,9}$/.test(n) ? Number(n) : undefined, last: query.get("last") ?? "" };
}

/** Where the next page is (RFC 8288). */
function linkNext(reply: FastifyReply, path: string, { count = 0 }: Page, names: readonly string[]): void {
  const last = names.at(-1);
  if (last !== undefined) reply.header("link", `<${path}?n=${count}&last=${encodeURIComponent(last)}>; rel="next"`);
}

function blobAnswer({ digest, mediaType }: StoredBlob, file: ServedFile): FileAnswer {
  const headers = ["docker-distribution-api-version", "registry/2.0", "docker-content-digest", digest];
  return { file, mediaType, etag: `"${digest}"`, headers };
}

async function refuse(reply: FastifyReply, code: RegistryErrorCode, message: string): Promise<FastifyReply> {
  return await reply.status(httpStatus[code]).send({ errors: [{ code, message }] });
}
