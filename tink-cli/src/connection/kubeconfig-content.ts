// The parts of a kubeconfig that `tink` reads, each of the type that it is to have. By hand: every command waits for it, and zod takes longer to load.

export type KubeconfigCluster = {
  readonly server: string;
  readonly authorityData: string | undefined;
  readonly authorityFile: string | undefined;
  readonly serverName: string | undefined;
  readonly skipsVerify: boolean;
  /** Their names. */
  readonly extensions: readonly string[];
};
export type KubeconfigUser = {
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  /** What else there is of it, such as `exec`. */
  readonly members: readonly string[];
};
export type KubeconfigContext = { readonly cluster: string; readonly user: string };
type Named<T> = { readonly name: string; readonly value: T };
export type Kubeconfig = {
  readonly clusters: readonly Named<KubeconfigCluster>[];
  readonly users: readonly Named<KubeconfigUser>[];
  readonly contexts: readonly Named<KubeconfigContext>[];
  readonly currentContext: string | undefined;
};

/** @throws {TypeError} With the path of what is not of its type, and what was expected there. */
export function readKubeconfigContent(value: unknown): Kubeconfig {
  const all = new Part("", value);
  return {
    clusters: all.named("clusters", "cluster", (cluster) => ({
      server: cluster.url("server"),
      authorityData: cluster.text("certificate-authority-data"),
      authorityFile: cluster.text("certificate-authority"),
      serverName: cluster.text("tls-server-name"),
      skipsVerify: cluster.flag("insecure-skip-tls-verify"),
      extensions: cluster.list("extensions").map((extension) => extension.needed("name")),
    })),
    users: all.named("users", "user", (user) => ({
      token: user.text("token"),
      tokenFile: user.text("tokenFile"),
      members: Object.keys(user.members),
    })),
    contexts: all.named("contexts", "context", (context) => ({
      cluster: context.needed("cluster"),
      user: context.needed("user"),
    })),
    currentContext: all.text("current-context"),
  };
}

/** A map in the file, and where it stands. What is null is not there, as Go reads it. */
class Part {
  readonly #path: string;
  readonly members: { readonly [name: string]: unknown };

  constructor(path: string, value: unknown) {
    this.#path = path;
    if (typeof value !== "object" || value === null || Array.isArray(value)) this.#refuse("", "a map");
    this.members = { ...value };
  }

  text(name: string): string | undefined {
    const value = this.members[name] ?? undefined;
    return value === undefined || typeof value === "string" ? value : this.#refuse(name, "a text");
  }

  needed(name: string): string {
    return this.text(name) ?? this.#refuse(name, "a text");
  }

  url(name: string): string {
    const url = this.needed(name);
    return URL.canParse(url) ? url : this.#refuse(name, "a URL");
  }

  flag(name: string): boolean {
    const value = this.members[name] ?? false;
    return typeof value === "boolean" ? value : this.#refuse(name, "true or false");
  }

  list(name: string): Part[] {
    const value = this.members[name] ?? [];
    if (!Array.isArray(value)) return this.#refuse(name, "a list");
    return value.map((each, at) => new Part(`${this.#pathOf(name)}[${at}]`, each));
  }

  /** A list of maps with a name and, under `member`, what is so named. */
  named<T>(list: string, member: string, read: (part: Part) => T): Named<T>[] {
    return this.list(list).map((each) => ({
      name: each.needed("name"),
      value: read(new Part(each.#pathOf(member), each.members[member])),
    }));
  }

  #pathOf(name: string): string {
    return [this.#path, name].filter((step) => step !== "").join(".");
  }

  #refuse(name: string, expected: string): never {
    throw new TypeError(`${this.#pathOf(name) || "the file"}: expected ${expected}`);
  }
}
