// The read-only OCI registry of the boot plane: the pull side of the distribution-spec (v1.1) over image layouts on disk.
import { createReadStream } from "node:fs";
import type { MachineEventInput } from "@neverland/api";
import { setContentHeaders } from "@neverland/platform/http/content-headers.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { StoredBlob } from "./catalog.ts";
import { LiveCatalog } from "./live-catalog.ts";
import { find, parseRegistryPath, type RegistryErrorCode } from "./registry-request.ts";

export type RegistryDeps = {
  /** OCI image layouts, tagged `repository:tag`. Where a repository is in several, the first has it. */
  readonly layoutDirs: readonly string[];
  /** Told of each image that was asked for, served or not. */
  readonly record?: (event: MachineEventInput) => void;
};

const httpStatus: Readonly<Record<RegistryErrorCode, number>> = {
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  MANIFEST_UNKNOWN: 404,
  BLOB_UNKNOWN: 404,
  UNSUPPORTED: 405,
};

/** Registers `/v2/…`. Whatever the client names, only files that the layouts' tags lead to are read. */
export function registerRegistry(app: FastifyInstance, deps: RegistryDeps): void {
  const live = new LiveCatalog(deps.layoutDirs);
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> =>
    await serve(request, reply, live, deps);
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

async function serve(
  request: FastifyRequest,
  reply: FastifyReply,
  live: LiveCatalog,
  { record = () => undefined }: RegistryDeps,
): Promise<FastifyReply> {
  reply.header("docker-distribution-api-version", "registry/2.0");
  const path = (request.params as { readonly "*": string })["*"];
  const asked = parseRegistryPath(path);
  if (asked === undefined) return await refuse(reply, "NAME_INVALID", "This is no address of a registry's image");
  const found = find(await live.current(), asked);
  if (asked.kind === "manifest") record(eventOf(asked, found.kind === "content", request.ip));
  switch (found.kind) {
    case "refused":
      return await refuse(reply, found.code, found.message);
    case "tags":
      return await reply.send({ name: found.name, tags: found.tags });
    case "content":
      return await sendBlob(request, reply, found.blob);
  }
}

async function sendBlob(request: FastifyRequest, reply: FastifyReply, blob: StoredBlob): Promise<FastifyReply> {
  const { digest, file, sizeBytes, mediaType } = blob;
  reply.header("docker-content-digest", digest);
  const span = setContentHeaders(request, reply, { sizeBytes, mediaType, etag: `"${digest}"` });
  if (span === undefined) return await reply.send();
  return await reply.send(createReadStream(file, { start: span.first, end: span.last, highWaterMark: 1 << 18 }));
}

async function refuse(reply: FastifyReply, code: RegistryErrorCode, message: string): Promise<FastifyReply> {
  return await reply.status(httpStatus[code]).send({ errors: [{ code, message }] });
}

function eventOf(
  asked: { readonly name: string; readonly reference: string },
  isServed: boolean,
  address: string,
): MachineEventInput {
  const image = `${asked.name}:${asked.reference}`;
  return {
    source: "oci-registry",
    type: isServed ? "ImageServed" : "ImageNotFound",
    ...(isServed ? {} : { reason: "NotInLayout" }),
    message: isServed
      ? `Served image ${image} to ${address}`
      : `${address} asked for image ${image}, which is not here`,
    data: { address, image },
  };
}
