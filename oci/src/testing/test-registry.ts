// A registry in the test's own process: serves images made on the spot, asks for tokens, and breaks transfers when told to.

import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { type Descriptor, type Digest, type ImageConfig, mediaTypes } from "../manifest.ts";

export type TestRegistry = AsyncDisposable & {
  /** `127.0.0.1:port` */
  readonly host: string;
  readonly url: URL;
  /** `METHOD path` of each request that came, with `range` when one was asked for. */
  readonly requests: string[];
  /** Authorization headers, in order of arrival; empty text when there was none. */
  readonly authorizations: string[];
  readonly faults: Faults;
  /** Stores bytes; returns their descriptor. */
  readonly blob: (bytes: Uint8Array, mediaType?: string) => Descriptor;
  /** Makes `repository:tag` of uncompressed layer archives. */
  readonly image: (name: string, layers: readonly Buffer[], config?: ImageConfig["config"]) => Digest;
  /** Puts a document under `repository:tag`, and under its digest; as bytes it stays as it is. */
  readonly manifest: (name: string, document: object, mediaType: string) => Digest;
};

export type Faults = {
  /** Cut blob answers after this many bytes, this many times. */
  cutAfterBytes: number;
  cuts: number;
  /** Ignore Range and send all. */
  ignoreRange: boolean;
  /** Answer this many requests with 503. */
  unavailable: number;
  /** "bearer" and "basic" want user `jane`, password `s3cret`; "anonymous" wants a token for anyone. */
  auth: "none" | "bearer" | "basic" | "anonymous";
  /** Flip a bit of every blob. */
  corrupt: boolean;
  /** The body of what is not found. */
  notFound: string;
};

export async function startTestRegistry(): Promise<TestRegistry> {
  const blobs = new Map<string, Buffer>();
  const manifests = new Map<string, { bytes: Buffer; mediaType: string }>();
  const requests: string[] = [];
  const authorizations: string[] = [];
  const faults: Faults = {
    cutAfterBytes: 0,
    cuts: 0,
    ignoreRange: false,
    unavailable: 0,
    auth: "none",
    corrupt: false,
    notFound: "{}",
  };
  const server = createServer((request, response) =>
    answer(request, response, { blobs, manifests, requests, authorizations, faults }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server's address is never a path
  const blob = (bytes: Uint8Array, mediaType: string = mediaTypes.layer): Descriptor => {
    const digest = digestOf(bytes);
    blobs.set(digest, Buffer.from(bytes));
    return { mediaType, digest, size: bytes.length };
  };
  const manifest = (name: string, document: object, mediaType: string): Digest => {
    const bytes = document instanceof Uint8Array ? Buffer.from(document) : Buffer.from(JSON.stringify(document));
    const colon = name.indexOf(":");
    const repository = name.slice(0, colon);
    manifests.set(`${repository}/${name.slice(colon + 1)}`, { bytes, mediaType });
    manifests.set(`${repository}/${digestOf(bytes)}`, { bytes, mediaType });
    return digestOf(bytes);
  };
  const image = (name: string, layers: readonly Buffer[], config: ImageConfig["config"] = {}): Digest => {
    const document: ImageConfig = {
      architecture: process.arch === "x64" ? "amd64" : process.arch,
      os: "linux",
      config,
      rootfs: { type: "layers", diff_ids: layers.map(digestOf) },
    };
    const descriptors = layers.map((layer) => blob(gzipSync(layer), mediaTypes.layerGzip));
    const configBlob = blob(Buffer.from(JSON.stringify(document)), mediaTypes.config);
    return manifest(
      name,
      { schemaVersion: 2, mediaType: mediaTypes.manifest, config: configBlob, layers: descriptors },
      mediaTypes.manifest,
    );
  };
  return {
    host,
    url: new URL(`http://${host}`),
    requests,
    authorizations,
    faults,
    blob,
    image,
    manifest,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

type State = Pick<TestRegistry, "requests" | "authorizations" | "faults"> & {
  readonly blobs: Map<string, Buffer>;
  readonly manifests: Map<string, { bytes: Buffer; mediaType: string }>;
};

const basic = `Basic ${Buffer.from("jane:s3cret").toString("base64")}`;

function answer(request: IncomingMessage, response: ServerResponse, state: State): void {
  const { faults } = state;
  const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
  const { range, authorization = "" } = request.headers;
  state.requests.push(`${request.method} ${url.pathname}${url.search}${range === undefined ? "" : ` ${range}`}`);
  state.authorizations.push(authorization);
  if (faults.unavailable > 0) {
    faults.unavailable--;
    return void response.writeHead(503).end();
  }
  if (url.pathname === "/token") return void token(response, faults, authorization);
  if (!allowed(faults, authorization))
    return void response.writeHead(401, { "www-authenticate": challenge(faults, url) }).end();
  const path = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(url.pathname);
  const [, repository, kind, reference = ""] = path ?? [];
  const manifest = kind === "manifests" ? state.manifests.get(`${repository}/${reference}`) : undefined;
  const bytes = manifest?.bytes ?? (kind === "blobs" ? state.blobs.get(reference) : undefined);
  if (bytes === undefined) return void response.writeHead(404).end(faults.notFound);
  if (manifest !== undefined)
    return void response
      .writeHead(200, { "content-type": manifest.mediaType, "docker-content-digest": digestOf(bytes) })
      .end(bytes);
  sendBlob(response, faults, bytes, faults.ignoreRange ? undefined : range);
}

function allowed(faults: Faults, authorization: string): boolean {
  if (faults.auth === "none") return true;
  return faults.auth === "basic" ? authorization === basic : authorization === "Bearer pull-token";
}

function challenge(faults: Faults, url: URL): string {
  return faults.auth === "basic" ? 'Basic realm="test"' : `Bearer realm="${url.origin}/token",service="test registry"`;
}

function token(response: ServerResponse, faults: Faults, authorization: string): void {
  const granted = faults.auth === "anonymous" || authorization === basic;
  response
    .writeHead(granted ? 200 : 401, { "content-type": "application/json" })
    .end(granted ? '{"token":"pull-token"}' : "{}");
}

function sendBlob(response: ServerResponse, faults: Faults, stored: Buffer, range: string | undefined): void {
  const bytes = faults.corrupt ? Buffer.from(stored).fill(stored.readUInt8(0) ^ 1, 0, 1) : stored;
  const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
  const body = bytes.subarray(start);
  const partial = { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
  response.writeHead(range === undefined ? 200 : 206, {
    "content-length": body.length,
    ...(range === undefined ? {} : partial),
  });
  if (faults.cuts === 0 || body.length <= faults.cutAfterBytes) return void response.end(body);
  faults.cuts--;
  response.write(body.subarray(0, faults.cutAfterBytes), () => response.destroy());
}
