// Serves the OpenAPI documents: each is made once, in each of its forms, and is sent to nobody who has it.
import { createHash } from "node:crypto";
import { apiRootOf, type KindInfo } from "@neverland/api";
import type { Turns } from "@neverland/platform/wait/turns.ts";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ApiFault } from "../wire/api-fault.ts";
import { nothingThere } from "../wire/request-target.ts";
import { openApiV2, openApiV3 } from "./openapi-document.ts";
import { encodeOpenApiV2 } from "./openapi-v2-protobuf.ts";
import { encodeOpenApiV3 } from "./openapi-v3-protobuf.ts";

/** One document, made when it is first asked for. */
type Document = { readonly hash: () => string; readonly json: () => Buffer; readonly protobuf: () => Buffer };

/** The second is what most clients ask by, and none could read as the type of an answer: Go's `mime` knows no such letter in one. */
const protobufTypes = {
  v2: [
    "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
    "application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
  ],
  v3: [
    "application/com.github.proto-openapi.spec.v3.v1.0+protobuf",
    "application/com.github.proto-openapi.spec.v3@v1.0+protobuf",
  ],
} as const;
const jsonType = "application/json";
const jsonTypes = [jsonType, "application/*", "*/*"];

/** The address has the hash of what is there: it never changes. Only who has a token may keep it. */
const forEver = "private, immutable, max-age=31536000";
const askAgain = "private, no-cache";

/** @param turns Making a document takes milliseconds: each has a turn of its own. */
export function registerOpenApi(
  scope: FastifyInstance,
  kinds: readonly KindInfo[],
  version: string,
  turns: Pick<Turns, "next">,
): void {
  const v2 = documentOf(() => openApiV2(kinds, version), encodeOpenApiV2);
  scope.get("/openapi/v2", (request, reply) =>
    send(request, reply, { document: v2, protobufs: protobufTypes.v2, turns }),
  );
  const roots = [...new Set(kinds.map(apiRootOf))];
  const v3 = new Map(roots.map((root) => [root, documentOf(() => openApiV3(kinds, root, version), encodeOpenApiV3)]));
  const urlOf = (root: string, { hash }: Document) => `/openapi/v3${root}?hash=${hash()}`;
  const index = async () => {
    const paths: Record<string, { readonly serverRelativeURL: string }> = {};
    for (const [root, document] of v3) {
      await turns.next();
      paths[root.slice(1)] = { serverRelativeURL: urlOf(root, document) };
    }
    return { paths };
  };
  for (const url of ["/openapi/v3", "/openapi/v3/"]) scope.get(url, index);
  scope.get<{ Params: { "*": string } }>("/openapi/v3/*", async (request, reply) => {
    const root = `/${request.params["*"]}`;
    const document = v3.get(root);
    if (document === undefined) throw nothingThere(request.url.split("?")[0] ?? "");
    const asked = new URL(request.url, "http://any").searchParams.get("hash");
    if (asked !== null && asked !== document.hash()) return reply.redirect(urlOf(root, document), 301);
    const cacheControl = asked === null ? askAgain : forEver;
    return await send(request, reply, { document, protobufs: protobufTypes.v3, turns, cacheControl });
  });
}

function documentOf<T>(make: () => T, encode: (document: T) => Buffer): Document {
  const whole = onDemand(make);
  const json = onDemand(() => Buffer.from(JSON.stringify(whole())));
  const hash = onDemand(() => createHash("sha256").update(json()).digest("hex").toUpperCase());
  return { json, hash, protobuf: onDemand(() => encode(whole())) };
}

type Answer = {
  readonly document: Document;
  readonly protobufs: readonly string[];
  readonly turns: Pick<Turns, "next">;
  readonly cacheControl?: string;
};

/** @throws {ApiFault} `NotAcceptable`. */
async function send({ headers }: FastifyRequest, reply: FastifyReply, answer: Answer): Promise<void> {
  const { document, protobufs, turns, cacheControl = askAgain } = answer;
  const accepted = (headers.accept || jsonType).split(",").map((range) => range.split(";")[0]?.trim() ?? "");
  const media = accepted.find((range) => protobufs.includes(range) || jsonTypes.includes(range));
  if (media === undefined) {
    const known = [jsonType, ...protobufs].join(", ");
    throw new ApiFault("NotAcceptable", `only the following media types are accepted: ${known}`);
  }
  const isJson = jsonTypes.includes(media);
  await turns.next();
  // Another for each form, as HTTP has it: the bytes differ.
  const tag = `"${document.hash()}${isJson ? "" : "-protobuf"}"`;
  const about = { etag: tag, vary: "accept", "cache-control": cacheControl };
  const isKnown = headers["if-none-match"]?.split(",").some((known) => known.trim().replace(/^W\//, "") === tag);
  reply.hijack();
  if (isKnown) return void reply.raw.writeHead(304, about).end();
  await turns.next();
  const body = isJson ? document.json() : document.protobuf();
  const type = isJson ? jsonType : protobufs[0];
  reply.raw.writeHead(200, { ...about, "content-type": type, "content-length": body.length }).end(body);
}

/** Made when it is first asked for. */
function onDemand<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
