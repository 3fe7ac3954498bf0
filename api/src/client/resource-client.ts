// A typed client of the resource API for one kind. Runs wherever `fetch` does.
import { apiRootOf, apiVersionOf, type KindNames } from "../kind-names.ts";
import type { ResourceOf } from "../kinds.ts";
import type { ObjectMetaInput, Resource } from "../resource.ts";
import type { ResourceKey } from "../resource-key.ts";
import { jsonLines } from "./json-lines.ts";
import { logRecordsType, readLogRecords } from "./log-records.ts";
import { type ResourceTable, tableMediaType } from "./resource-table.ts";
import { type Request, send, sendForJson, type TransportOptions } from "./transport.ts";
import { type ClientWatchEvent, type Versioned, type WatchPort, watchLoop } from "./watch-loop.ts";

/** The resource type of an entry of `kinds`. */
export type ClientResource<K extends KindNames> = ResourceOf<K>;

export type Call = { readonly signal?: AbortSignal; readonly dryRun?: boolean };
export type ClientListOptions = Call & {
  /** All namespaces when absent. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continueToken?: string;
};
export type ClientList<R extends Resource> = {
  readonly items: R[];
  readonly resourceVersion: string;
  readonly continueToken?: string;
};
export type NewObject<R extends Resource> = Omit<R, "apiVersion" | "kind" | "metadata"> & {
  readonly metadata: ObjectMetaInput;
};
export type ClientWatchOptions = Omit<ClientListOptions, "limit" | "continueToken"> & {
  readonly resourceVersion?: string;
  readonly signal: AbortSignal;
};
export type LogOptions = Call & {
  readonly action?: string;
  readonly follow?: boolean;
  readonly tailLines?: number;
  /** Of the one of this name that was deleted last. */
  readonly previous?: boolean;
};
/** Fields that the kind does not have: warned of (the default), refused, or neither. */
type FieldValidation = { readonly fieldValidation?: "Warn" | "Strict" | "Ignore" };
export type WriteCall = Call & FieldValidation;
export type ApplyCall = WriteCall & { readonly force?: boolean };
export type PatchCall = WriteCall & { readonly subresource?: "status" };
export type DeleteCall = Call & {
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
  readonly uid?: string;
  readonly resourceVersion?: string;
};

export class ResourceClient<K extends KindNames, R extends Resource = ClientResource<K>> {
  readonly #kind: K;
  readonly #transport: TransportOptions;

  /** `new ResourceClient(kinds.Workflow, { server, token })`. */
  constructor(kind: K, transport: TransportOptions) {
    this.#kind = kind;
    this.#transport = transport;
  }

  /** @returns `undefined` when it is not there. */
  async get(key: ResourceKey, call: Call = {}): Promise<R | undefined> {
    return await this.#object({ method: "GET", path: this.#path(key), ...call }).catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "not-found") return undefined;
      throw error;
    });
  }

  async list(options: ClientListOptions = {}): Promise<ClientList<R>> {
    const { labelSelector, fieldSelector, limit, continueToken, signal } = options;
    const query = { labelSelector, fieldSelector, limit, continue: continueToken };
    const list = await sendForJson(this.#transport, {
      method: "GET",
      path: this.#collection(options.namespace),
      query,
      signal,
    });
    // A list of the server, whose objects were validated when they were written.
    const { items, metadata } = list as { items: R[]; metadata: { resourceVersion: string; continue?: string } };
    const next = metadata.continue === undefined ? {} : { continueToken: metadata.continue };
    return { items, resourceVersion: metadata.resourceVersion, ...next };
  }

  /** The server's own columns, of all objects or of one. @param includeObject How much of each object comes with its row. */
  async table(
    options: ClientListOptions & { readonly includeObject?: "Metadata" | "Object" } = {},
    name?: string,
  ): Promise<ResourceTable> {
    const { namespace, labelSelector, fieldSelector, limit, continueToken, includeObject, signal } = options;
    const path =
      name === undefined ? this.#collection(namespace) : this.#path({ namespace: namespace ?? "default", name });
    const selected = { labelSelector, fieldSelector, limit, continue: continueToken };
    const query = { ...(name === undefined && selected), includeObject };
    const table = await sendForJson(this.#transport, { method: "GET", path, query, signal, accept: tableMediaType });
    return table as ResourceTable; // as asked for, of a server of our own
  }

  async create(object: NewObject<R>, { fieldValidation, ...call }: WriteCall = {}): Promise<R> {
    const { namespace = "default" } = object.metadata;
    return await this.#object({
      ...call,
      method: "POST",
      path: this.#collection(namespace),
      query: { fieldValidation },
      body: this.#typed(object),
    });
  }

  /** Metadata and spec. @throws {ApiError} `conflict` when another wrote since `object` was read. */
  async update(object: R, { fieldValidation, ...call }: WriteCall = {}): Promise<R> {
    const path = this.#path(object.metadata);
    return await this.#object({ ...call, method: "PUT", path, query: { fieldValidation }, body: object });
  }

  async updateStatus(object: R, call: Call = {}): Promise<R> {
    return await this.#object({ ...call, method: "PUT", path: `${this.#path(object.metadata)}/status`, body: object });
  }

  /** A merge patch (an object) or a JSON patch (a list). */
  async patch(key: ResourceKey, patch: object, options: PatchCall = {}): Promise<R> {
    const { subresource, fieldValidation, ...call } = options;
    const contentType = Array.isArray(patch) ? "application/json-patch+json" : "application/merge-patch+json";
    const path = `${this.#path(key)}${subresource === undefined ? "" : `/${subresource}`}`;
    const query = { fieldValidation };
    return await this.#object({ ...call, method: "PATCH", path, query, body: patch, contentType });
  }

  /** Server-side apply: creates the object, or makes the given fields so. @throws {ApiError} `conflict` unless `force`. */
  async apply(object: NewObject<R> & { metadata: { name: string } }, call: ApplyCall = {}): Promise<R> {
    const { name, namespace = "default" } = object.metadata;
    return await this.#object({
      ...call,
      method: "PATCH",
      path: this.#path({ namespace, name }),
      query: { force: call.force, fieldValidation: call.fieldValidation },
      body: this.#typed(object),
      contentType: "application/apply-patch+yaml",
    });
  }

  /** @returns The object for as long as finalizers hold it; `undefined` when it is gone. */
  async delete(key: ResourceKey, call: DeleteCall = {}): Promise<R | undefined> {
    const { propagationPolicy, uid, resourceVersion } = call;
    const body = { propagationPolicy, preconditions: { uid, resourceVersion } };
    const answer = await this.#object({ ...call, method: "DELETE", path: this.#path(key), body });
    return answer.kind === "Status" ? undefined : answer;
  }

  /**
   * Goes on until `signal` aborts, over restarts of the server. Begins with `synced`, unless a version is given.
   * @throws {ApiError} When trying again cannot help.
   */
  watch(options: ClientWatchOptions): AsyncGenerator<ClientWatchEvent<R>, void> {
    return this.#watch(options, () => this.list(options));
  }

  /** As {@link watch}, in the server's own columns: `synced` has one table, which names them; the other events have a row each. */
  watchTable(options: ClientWatchOptions): AsyncGenerator<ClientWatchEvent<ResourceTable>, void> {
    const list = async () => {
      const table = await this.table(options);
      return { items: [table], resourceVersion: table.metadata.resourceVersion };
    };
    return this.#watch(options, list, tableMediaType);
  }

  /**
   * Resolves when `isDone` says so of the object; `undefined` stands for an object that is not there.
   * @throws {Error} The signal's reason when it aborts first: give it a deadline.
   */
  async waitFor(
    key: ResourceKey,
    isDone: (object: R | undefined) => boolean,
    signal: AbortSignal,
  ): Promise<R | undefined> {
    const fieldSelector = `metadata.name=${key.name}`;
    for await (const event of this.watch({ namespace: key.namespace, fieldSelector, signal })) {
      if (event.type === "bookmark") continue;
      const present = event.type === "synced" ? event.items[0] : event.object;
      const object = event.type === "deleted" ? undefined : present;
      if (isDone(object)) return object;
    }
    signal.throwIfAborted();
    return undefined;
  }

  /** The output of a workflow's actions, as text; of one that was deleted while that is kept. With `follow`, however long nothing is printed. */
  async *log(key: ResourceKey, options: LogOptions = {}): AsyncGenerator<string> {
    const { action, follow, tailLines, previous, signal } = options;
    const path = `${this.#path(key)}/log`;
    const query = { action, follow, tailLines, previous };
    const { body } = await send(this.#transport, { method: "GET", path, query, signal, accept: logRecordsType });
    if (body !== null) yield* readLogRecords(body, `The log of workflow ${key.name}`, signal);
  }

  #watch<T extends Versioned>(
    { labelSelector, fieldSelector, namespace, resourceVersion: from, signal }: ClientWatchOptions,
    list: WatchPort<T>["list"],
    accept?: string,
  ): AsyncGenerator<ClientWatchEvent<T>, void> {
    const open = async (resourceVersion: string) => {
      const query = { labelSelector, fieldSelector, watch: true, allowWatchBookmarks: true, resourceVersion };
      const path = this.#collection(namespace);
      const { body } = await send(this.#transport, { method: "GET", path, query, signal, ...(accept && { accept }) });
      return body ? jsonLines(body) : noLines();
    };
    return watchLoop<T>({ list, open, pause, random: Math.random }, from, signal);
  }

  async #object({ dryRun, query, ...request }: Request & Call): Promise<R> {
    const fieldManager = request.method === "GET" ? undefined : (this.#transport.fieldManager ?? "neverland-client");
    const all = { ...query, fieldManager, dryRun: dryRun ? "All" : undefined };
    // What the server stores was validated by the schemas that the type is made of.
    return (await sendForJson(this.#transport, { ...request, query: all })) as R;
  }

  #typed(object: NewObject<R>): object {
    return { ...object, apiVersion: apiVersionOf(this.#kind), kind: this.#kind.kind };
  }

  #collection(namespace: string | undefined): string {
    const isWhole = namespace === undefined || this.#kind.scope === "cluster";
    const scope = isWhole ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
    return `${apiRootOf(this.#kind)}${scope}/${this.#kind.plural}`;
  }

  #path({ namespace, name }: ResourceKey): string {
    return `${this.#collection(namespace)}/${encodeURIComponent(name)}`;
  }
}

async function* noLines(): AsyncGenerator<unknown> {}

async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const onAbort = () => resolve();
  const timer = setTimeout(resolve, delayMs);
  signal.addEventListener("abort", onAbort, { once: true });
  await promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", onAbort);
}
