// Where an image is looked for: our own registry first, then the one its name says, which is Docker's where it says none.

import { type Credentials, type HttpGet, type ImageReference, RegistryClient, type RegistryDeps } from "@neverland/oci";

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

/** `repository` is the image's name there. */
export type ImageSource = { readonly name: string; readonly repository: string; readonly client: RegistryClient };

/** In the order in which they are asked. */
export function imageSources(
  reference: ImageReference,
  config: RegistryConfig,
  deps: RegistryDeps & { get: HttpGet },
): ImageSource[] {
  const { registry, repository } = inFull(reference);
  const isLogin = (name: string): boolean => (isHub(name) ? dockerHub.name : name) === registry;
  const credentials = config.logins.find((login) => isLogin(login.registry.normalize("NFC")));
  const own: ImageSource = {
    ...{ name: `registry ${registry}`, repository },
    client: new RegistryClient({ url: registryUrl(registry, config), credentials }, deps),
  };
  if (config.mirror === undefined) return [own];
  // A name without a host is asked for as it is: our own images have such names.
  const asked = reference.registry === "" ? reference : { registry, repository };
  const mirror: ImageSource = {
    ...{ name: `mirror ${config.mirror.host}`, repository: asked.repository },
    client: new RegistryClient({ url: config.mirror, namespace: asked.registry }, deps),
  };
  return [mirror, own];
}

/** What Docker and containerd have built in: the names of Docker's registry, where it is, and where its images of one word are. */
const dockerHub = {
  name: "docker.io",
  names: ["", "docker.io", "index.docker.io"],
  host: "registry-1.docker.io",
  prefix: "library",
} as const;

/** The reference as Docker reads it, in full. */
function inFull({ registry, repository }: ImageReference): Pick<ImageReference, "registry" | "repository"> {
  if (!isHub(registry)) return { registry: registry.normalize("NFC"), repository };
  const path = repository.includes("/") ? repository : `${dockerHub.prefix}/${repository}`;
  return { registry: dockerHub.name, repository: path };
}

function isHub(registry: string): boolean {
  return dockerHub.names.some((name) => name === registry);
}

function registryUrl(registry: string, { insecure, aliases }: RegistryConfig): URL {
  const usual = registry === dockerHub.name ? dockerHub.host : registry;
  return new URL(`${insecure.has(registry) ? "http" : "https"}://${aliases.get(registry) ?? usual}`);
}
