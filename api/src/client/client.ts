// The resource API over fetch, typed by kind. Used by the CLI, the demo and the tests; it holds no state but where the server is.
import { apiVersionOf, type KindInfo } from "../kinds.ts";
import type { Resource, ResourceKey } from "../resource.ts";
import { ApiError, readApiError } from "./api-error.ts";

export type ApiClientOptions = {
  /** Base URL, such as `http://127.0.0.1:7480`. */
  readonly server: string;
  readonly token: string;
};

export type ListQuery = {
  /** All namespaces when absent. */
  readonly namespace?: string;
  /** As kubectl writes them: `rack=1,!old`. */
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
};

export type ObjectList<T> = { readonly items: T[]; readonly resourceVersion: string };

/** Kubernetes' Table: what `kubectl get` prints. `priority` above 0 is for `-o wide`. */
export type Table = {
  readonly columnDefinitions: readonly { readonly name: string; readonly priority?: number }[];
  readonly rows: readonly { readonly cells: readonly unknown[]; readonly object?: Resource }[];
};

export type WatchQuery = ListQuery & { readonly resourceVersion: string; readonly signal: AbortSignal };
export type ChangeType = "ADDED" | "MODIFIED" | "DELETED";
export type Change<T> = { readonly type: ChangeType; readonly object: T };

/** An object as people write it: the server adds the rest. */
export type ObjectInput = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
};

/** Calls fail with {@link ApiError}: the server's reason and sentence, or `unreachable`. */
export class ApiClient {
  readonly #options: ApiClientOptions;

  constructor(options: ApiClientOptions) {
    this.#options = options;
  }

  /** `undefined` when there is no such object. */
  async get<T extends Resource = Resource>(kind: KindInfo, key: ResourceKey): Promise<T | undefined> {
    try {
      return await this.#json<T>("GET", objectPath(kind, key));
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  async list<T extends Resource = Resource>(kind: KindInfo, query: ListQuery = {}): Promise<ObjectList<T>> {
    const list = await this.#json<{ items: T[]; metadata: { resourceVersion: string } }>("GET", listPath(kind, query));
    return { items: list.items, resourceVersion: list.metadata.resourceVersion };
  }

  /** The server's own columns. With `name`, of that object alone. */
  async table(kind: KindInfo, query: ListQuery, name?: string): Promise<Table> {
    const path =
      name === undefined ? listPath(kind, query) : objectPath(kind, { namespace: query.namespace ?? "default", name });
    return await this.#json<Table>("GET", path, { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" });
  }

  async create<T extends Resource = Resource>(kind: KindInfo, object: ObjectInput): Promise<T> {
    const path = listPath(kind, { namespace: object.metadata.namespace ?? "default" });
    return await this.#json<T>("POST", path, { body: JSON.stringify(object) });
  }

  /** Server-side apply: the fields of `object` become ours, and those we left out since the last time go. */
  async apply<T extends Resource = Resource>(
    kind: KindInfo,
    object: ObjectInput,
    options: { fieldManager: string; force?: boolean },
  ): Promise<T> {
    const { name, namespace = "default" } = object.metadata;
    const query = new URLSearchParams({ fieldManager: options.fieldManager, force: String(options.force ?? false) });
    const path = `${objectPath(kind, { namespace, name })}?${query}`;
    return await this.#json<T>("PATCH", path, {
      body: JSON.stringify(object),
      contentType: "application/apply-patch+yaml",
    });
  }

  /** JSON merge patch (RFC 7386). */
  async patch<T extends Resource = Resource>(kind: KindInfo, key: ResourceKey, patch: unknown): Promise<T> {
    return await this.#json<T>("PATCH", objectPath(kind, key), {
      body: JSON.stringify(patch),
      contentType: "application/merge-patch+json",
    });
  }

  async delete(kind: KindInfo, key: ResourceKey): Promise<void> {
    await this.#json("DELETE", objectPath(kind, key));
  }

  /** Lines of the actions' output; with `follow`, until the workflow has ended. */
  async *log(
    kind: KindInfo,
    key: ResourceKey,
    query: Record<string, string>,
    signal: AbortSignal,
  ): AsyncGenerator<string> {
    const response = await this.#send("GET", `${objectPath(kind, key)}/log?${new URLSearchParams(query)}`, { signal });
    yield* readText(response);
  }

  /**
   * Changes after `resourceVersion`, as they happen. A broken connection is taken up again where it broke.
   * @throws {ApiError} `Expired` (410) when the server no longer knows what happened since: list, and watch from there.
   */
  async *watch<T extends Resource = Resource>(
    kind: KindInfo,
    { resourceVersion, signal, ...query }: WatchQuery,
  ): AsyncGenerator<Change<T>> {
    let from = resourceVersion;
    for (let failures = 0; !signal.aborted; ) {
      try {
        for await (const event of this.#watchOnce<T>(kind, query, from, signal)) {
          failures = 0;
          from = event.object.metadata.resourceVersion;
          if (event.type !== "BOOKMARK") yield { type: event.type, object: event.object };
        }
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ApiError && error.code === "unreachable")) throw error;
        failures += 1;
        if (failures > mostReconnects) throw error;
        await wait(Math.min(100 * 2 ** failures, 5000), signal);
      }
    }
  }

  async *#watchOnce<T extends Resource>(
    kind: KindInfo,
    query: ListQuery,
    from: string,
    signal: AbortSignal,
  ): AsyncGenerator<{ type: ChangeType | "BOOKMARK"; object: T }> {
    const response = await this.#send(
      "GET",
      listPath(kind, query, { watch: "true", resourceVersion: from, allowWatchBookmarks: "true" }),
      { signal },
    );
    for await (const line of readLines(response)) {
      const event = JSON.parse(line) as {
        type: ChangeType | "BOOKMARK" | "ERROR";
        object: T & { code?: number; reason?: string; message?: string };
      };
      if (event.type !== "ERROR") yield { type: event.type, object: event.object };
      else
        throw new ApiError(
          event.object.reason ?? "bad-answer",
          event.object.code ?? 500,
          event.object.message ?? "the watch failed",
        );
    }
  }

  async #json<T>(method: string, path: string, request: RequestParts = {}): Promise<T> {
    const response = await this.#send(method, path, {
      ...request,
      signal: request.signal ?? AbortSignal.timeout(callDeadlineMs),
    });
    return (await response.json()) as T;
  }

  async #send(method: string, path: string, { body, contentType, accept, signal }: RequestParts): Promise<Response> {
    const { server, token } = this.#options;
    const headers = {
      authorization: `Bearer ${token}`,
      accept: accept ?? "application/json",
      ...(body === undefined ? {} : { "content-type": contentType ?? "application/json" }),
    };
    let response: Response;
    try {
      response = await fetch(new URL(path, server), {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
        ...(signal ? { signal } : {}),
      });
    } catch (cause) {
      throw new ApiError(
        "unreachable",
        0,
        `${server} was not reached: ${reasonOf(cause)}. Is "tink up" running there?`,
        { cause },
      );
    }
    if (!response.ok) throw await readApiError(response, `${method} ${path}`);
    return response;
  }
}

type RequestParts = {
  readonly body?: string;
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal;
};

const callDeadlineMs = 30_000;
/** With the growing waits between them, about a minute: a server that restarts is back long before. */
const mostReconnects = 15;

function basePath(kind: KindInfo, namespace: string | undefined): string {
  const scope = namespace === undefined ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  return `/apis/${apiVersionOf(kind)}${scope}/${kind.plural}`;
}

function objectPath(kind: KindInfo, { namespace, name }: ResourceKey): string {
  return `${basePath(kind, namespace)}/${encodeURIComponent(name)}`;
}

function listPath(kind: KindInfo, { namespace, ...selectors }: ListQuery, more: Record<string, string> = {}): string {
  const query = new URLSearchParams({ ...selectors, ...more });
  return `${basePath(kind, namespace)}${query.size > 0 ? `?${query}` : ""}`;
}

async function* readText(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) yield decoder.decode(chunk, { stream: true });
  } catch (cause) {
    throw new ApiError("unreachable", 0, `the connection to the server broke: ${reasonOf(cause)}`, { cause });
  }
}

async function* readLines(response: Response): AsyncGenerator<string> {
  let rest = "";
  for await (const text of readText(response)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    yield* lines.filter((line) => line !== "");
  }
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? cause.cause.message : cause.message;
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}
