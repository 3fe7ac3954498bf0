// Pulls from one registry: the read half of the OCI distribution-spec v1.1, with token and basic authentication.

import { createHash } from "node:crypto";
import { type Descriptor, type Digest, mediaTypes } from "../manifest.ts";
import { OciError } from "../oci-error.ts";
import { downloadBlob } from "./blob-download.ts";
import type { HttpGet, HttpResponse } from "./http-get.ts";
import { basicAuthorization, type Challenge, type Credentials, parseChallenge, tokenUrl } from "./registry-auth.ts";
import { registrySaid } from "./registry-error.ts";

export type RegistryEndpoint = {
  /** Origin, such as `https://registry.test:5000`; `/v2/` follows. */
  readonly url: URL;
  /** Sent as `?ns=`, which tells a mirror whose image is meant. */
  readonly namespace?: string;
  /** Only ever sent to this endpoint, and to the token service that it names. */
  readonly credentials?: Credentials | undefined;
};

export type RegistryDeps = {
  readonly get: HttpGet;
  /** Waits before retry number `failures`; rejects when the signal aborts. */
  readonly pause: (failures: number, signal: AbortSignal) => Promise<void>;
};

const manifestTypes = [
  mediaTypes.index,
  mediaTypes.manifest,
  mediaTypes.dockerManifestList,
  mediaTypes.dockerManifest,
].join(", ");
const documentLimitBytes = 8 << 20;

export class RegistryClient {
  readonly endpoint: RegistryEndpoint;
  readonly #deps: RegistryDeps;
  /** `Authorization` per repository. */
  readonly #authorizations = new Map<string, string>();

  constructor(endpoint: RegistryEndpoint, deps: RegistryDeps) {
    this.endpoint = endpoint;
    this.#deps = deps;
  }

  /**
   * A manifest or index by tag or digest, its bytes checked against the digest when there is one.
   * @throws {OciError} `not-found`, `unauthorized`, `unreachable`, `digest-mismatch`, `limit`, `refused`
   */
  async manifest(
    repository: string,
    reference: string,
    signal: AbortSignal,
  ): Promise<{ bytes: Buffer; digest: Digest }> {
    const response = await this.#get(repository, `manifests/${reference}`, { accept: manifestTypes }, signal);
    const bytes = await readLimited(response);
    const digest: Digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    const announced = reference.startsWith("sha256:") ? reference : response.headers["docker-content-digest"];
    if (typeof announced === "string" && announced.startsWith("sha256:") && announced !== digest)
      throw new OciError(
        "digest-mismatch",
        `The manifest of ${repository} from ${this.endpoint.url.host} should be ${announced} but is ${digest}.`,
      );
    return { bytes, digest };
  }

  /** A small blob, such as an image's config, whole. */
  async document(repository: string, blob: Descriptor, signal: AbortSignal): Promise<Buffer> {
    if (blob.size > documentLimitBytes) throw tooLarge(`Blob ${blob.digest} of ${repository}`);
    return Buffer.concat(await Array.fromAsync(this.blob(repository, blob, signal)));
  }

  /** A blob as a stream, resumed when the connection breaks; see {@link downloadBlob} for what it throws. */
  blob(repository: string, blob: Descriptor, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    return downloadBlob(blob, {
      open: (offsetBytes) =>
        this.#get(
          repository,
          `blobs/${blob.digest}`,
          offsetBytes === 0 ? {} : { range: `bytes=${offsetBytes}-` },
          signal,
        ),
      pause: (failures) => this.#deps.pause(failures, signal),
    });
  }

  async #get(
    repository: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<HttpResponse> {
    const url = new URL(`/v2/${repository}/${path}`, this.endpoint.url);
    if (this.endpoint.namespace !== undefined && this.endpoint.namespace !== "")
      url.searchParams.set("ns", this.endpoint.namespace);
    const known = this.#authorizations.get(repository);
    const first = await this.#deps.get(url, withAuthorization(headers, known), signal);
    const { credentials } = this.endpoint;
    if (first.status !== 401) return await accepted(first, url, credentials);
    first.close();
    const authorization = await this.#authorize(repository, url, first, signal);
    this.#authorizations.set(repository, authorization);
    return await accepted(
      await this.#deps.get(url, withAuthorization(headers, authorization), signal),
      url,
      credentials,
    );
  }

  async #authorize(repository: string, url: URL, response: HttpResponse, signal: AbortSignal): Promise<string> {
    const challenge = parseChallenge(String(response.headers["www-authenticate"] ?? ""));
    const { credentials } = this.endpoint;
    if (challenge?.scheme === "bearer") return `Bearer ${await this.#token(challenge, repository, signal)}`;
    if (challenge === undefined || credentials === undefined) throw unauthorized(url, credentials);
    return basicAuthorization(credentials);
  }

  async #token(challenge: Challenge & { scheme: "bearer" }, repository: string, signal: AbortSignal): Promise<string> {
    const { credentials, url: registryUrl } = this.endpoint;
    const url = tokenUrl(challenge, repository, registryUrl);
    const headers = credentials === undefined ? undefined : basicAuthorization(credentials);
    const response = await this.#deps.get(url, withAuthorization({}, headers), signal);
    if (response.status === 401 || response.status === 403) {
      const said = await saidIn(response);
      response.close();
      throw unauthorized(url, credentials, said);
    }
    const token = tokenOf(await readLimited(await accepted(response, url, credentials)));
    if (token === undefined) throw new OciError("refused", `The token service ${url.host} answered without a token.`);
    return token;
  }
}

function withAuthorization(
  headers: Readonly<Record<string, string>>,
  authorization: string | undefined,
): Record<string, string> {
  return { ...headers, "user-agent": "tink-worker", ...(authorization === undefined ? {} : { authorization }) };
}

async function accepted(response: HttpResponse, url: URL, credentials: Credentials | undefined): Promise<HttpResponse> {
  const { status } = response;
  if (status === 200 || status === 206) return response;
  const what = `GET ${url.origin}${url.pathname} was answered ${status}`;
  const said = await saidIn(response);
  response.close();
  if (status === 404) throw new OciError("not-found", `${what}: there is no such image.${said}`);
  if (status === 401 || status === 403)
    throw new OciError("unauthorized", `${what}: ${notAllowed(credentials)}.${said}`);
  if (status === 429)
    throw new OciError("unreachable", `${what}: too much was asked of it; ${slower(credentials)}.${said}`);
  if (status === 408 || status >= 500) throw new OciError("unreachable", `${what}.${said}`);
  throw new OciError("refused", `${what}.${said}`);
}

async function saidIn({ body }: HttpResponse): Promise<string> {
  const said = await registrySaid(body);
  return said === "" ? "" : ` The registry says: ${said}.`;
}

/** Public registries answer so to whoever asks for a name that nobody has, too. */
function notAllowed(credentials: Credentials | undefined): string {
  return credentials === undefined
    ? "there is no such image, or it is not for everybody and no credentials were given for it"
    : `there is no such image, or "${credentials.username}" may not have it`;
}

function slower(credentials: Credentials | undefined): string {
  return credentials === undefined
    ? "it lets more pass with a login: set the registry's name, user and password, or keep the image in the server's own registry"
    : "keep the image in the server's own registry";
}

function unauthorized(url: URL, credentials: Credentials | undefined, said = ""): OciError {
  const have = credentials === undefined ? "no credentials were given for it" : `"${credentials.username}" was refused`;
  return new OciError(
    "unauthorized",
    `${url.host} wants a login and ${have}; check the image's name, or set the registry's name, user and password.${said}`,
  );
}

async function readLimited(response: HttpResponse): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of response.body) {
    sizeBytes += chunk.length;
    if (sizeBytes > documentLimitBytes) throw tooLarge("A registry's answer");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tokenOf(body: Buffer): string | undefined {
  try {
    const { token, access_token } = JSON.parse(body.toString("utf8"));
    const chosen: unknown = token ?? access_token;
    return typeof chosen === "string" && /^[\x21-\x7e]+$/.test(chosen) ? chosen : undefined;
  } catch {
    return undefined; // reported by the caller, who knows whom it asked
  }
}

function tooLarge(what: string): OciError {
  return new OciError("limit", `${what} is over the limit of ${documentLimitBytes} bytes.`);
}
