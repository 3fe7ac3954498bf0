// Where an image is looked for: our own registry first, then the one its name says.

import { type Credentials, type HttpGet, type ImageReference, RegistryClient, type RegistryDeps } from "@neverland/oci";
import { WorkerError } from "../worker-error.ts";

export type RegistryLogin = Credentials & { readonly registry: string };

export type RegistryConfig = {
  /** The boot plane's own registry, such as `http://192.0.2.1:7080`. */
  readonly mirror?: URL | undefined;
  /** Registries to speak plain HTTP to, by `host[:port]`. */
  readonly insecure: ReadonlySet<string>;
  /** Sent to the registry of exactly that name, and to no other. */
  readonly logins: readonly RegistryLogin[];
  /** Other hosts at which registries are reached, by the name in references. */
  readonly aliases: ReadonlyMap<string, string>;
};

export type ImageSource = { readonly name: string; readonly client: RegistryClient };

/** @throws {WorkerError} `image` when there is nowhere to look. */
export function imageSources(
  reference: ImageReference,
  config: RegistryConfig,
  deps: RegistryDeps & { get: HttpGet },
): ImageSource[] {
  const { registry } = reference;
  const sources: ImageSource[] = [];
  if (config.mirror !== undefined)
    sources.push({
      name: `mirror ${config.mirror.host}`,
      client: new RegistryClient({ url: config.mirror, namespace: registry }, deps),
    });
  if (registry !== "") {
    const credentials = config.logins.find((login) => login.registry.normalize("NFC") === registry.normalize("NFC"));
    sources.push({
      name: `registry ${registry}`,
      client: new RegistryClient({ url: registryUrl(registry, config), credentials }, deps),
    });
  }
  if (sources.length > 0) return sources;
  throw new WorkerError(
    "image",
    `The image "${reference.repository}" names no registry, and the worker has neither a mirror nor a default registry; set one (--registry-mirror, --default-registry) or name the registry.`,
  );
}

function registryUrl(registry: string, { insecure, aliases }: RegistryConfig): URL {
  return new URL(`${insecure.has(registry) ? "http" : "https"}://${aliases.get(registry) ?? registry}`);
}
