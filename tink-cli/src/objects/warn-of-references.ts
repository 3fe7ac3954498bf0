// What files name and is neither in them nor on the server, each with its place: a warning, since it may come later.
import {
  agentKey,
  type Finding,
  fieldsAt,
  formatKey,
  type KindInfo,
  kinds,
  type MachineLookup,
  machineFields,
  mostNames,
  type Resource,
  type ResourceKey,
} from "@neverland/api";
import { formatFault } from "@neverland/api/manifest";
import { lookAtReferences } from "@neverland/workflow-rules/written/look-at-references.ts";
import type { Clients, Connected } from "../connection/connect.ts";
import type { CliContext } from "../context.ts";
import type { Validation } from "../manifests/manifest-checks.ts";
import type { ManifestObject } from "../manifests/manifest-files.ts";

/** Before anything is sent. */
export async function warnOfReferences(
  objects: readonly ManifestObject[],
  { clients, namespace }: Pick<Connected, "clients" | "namespace">,
  validate: Validation,
  context: Pick<CliContext, "stderr">,
): Promise<void> {
  if (validate === "ignore" || objects.every(({ kind }) => kind.references === undefined)) return;
  const placed = objects.map((object) => ({ ...object, resource: placedIn(namespace, object) }));
  const lookup = new FilesAndServer(placed, clients);
  try {
    for (const { kind, resource, source } of placed)
      for (const { path, message } of await findings(kind, resource, lookup, clients))
        context.stderr(`Warning: ${formatFault(source.faultAt(path, message))}\n`);
  } catch (error) {
    // Who may write an object may not read what it names; and a server that does not answer is told of by what is sent next.
    context.stderr(`Warning: what the files name could not be looked at, and they are sent all the same: ${error}\n`);
  }
}

/** What a workflow that has begun was rendered of stays as it was. */
async function findings(
  kind: KindInfo,
  resource: Resource,
  lookup: MachineLookup,
  clients: Clients,
): Promise<Finding[]> {
  const found = await lookAtReferences(kind, resource, lookup);
  const { name } = resource.metadata;
  const live = found.length > 0 && name ? await clients(kind).get(resource.metadata) : undefined;
  return live?.status === undefined
    ? found
    : await lookAtReferences(kind, { ...resource, status: live.status }, lookup);
}

function placedIn(namespace: string, { kind, resource }: ManifestObject): Resource {
  const own = kind.scope === "cluster" ? "" : (resource.metadata.namespace ?? namespace);
  return { ...resource, metadata: { ...resource.metadata, namespace: own } } as Resource;
}

class FilesAndServer implements MachineLookup {
  readonly #clients: Clients;
  readonly #found = new Map<string, Promise<object | undefined>>();
  readonly #names = new Map<string, string[]>();
  readonly #listed = new Map<string, Promise<readonly string[]>>();
  readonly #machines: ReadonlyMap<string, object>;

  constructor(objects: readonly { readonly kind: KindInfo; readonly resource: Resource }[], clients: Clients) {
    this.#clients = clients;
    const machines = objects.filter(({ kind }) => kind === kinds.Hardware);
    this.#machines = new Map(
      machines.flatMap(({ resource }) =>
        machineFields.flatMap((field) =>
          fieldsAt(resource, field).map(({ value }) => [agentKey(String(value)), resource] as const),
        ),
      ),
    );
    for (const { kind, resource } of objects) {
      const { name, namespace } = resource.metadata;
      this.#found.set(idOf(kind, { namespace, name }), Promise.resolve(resource));
      this.#names.getOrInsertComputed(idOf(kind, { namespace, name: "" }), () => []).push(name);
    }
  }

  get(kind: KindInfo, key: ResourceKey): Promise<object | undefined> {
    return this.#found.getOrInsertComputed(idOf(kind, key), () => this.#clients(kind).get(key));
  }

  async names(kind: KindInfo, namespace: string): Promise<readonly string[]> {
    const id = idOf(kind, { namespace, name: "" });
    const list = async (): Promise<string[]> => {
      const { items } = await this.#clients(kind).list({ namespace, limit: mostNames });
      return items.map(({ metadata }) => metadata.name);
    };
    return [...(this.#names.get(id)?.slice(0, mostNames) ?? []), ...(await this.#listed.getOrInsertComputed(id, list))];
  }

  async machineOf(worker: string): Promise<object | undefined> {
    const own = this.#machines.get(agentKey(worker));
    if (own !== undefined) return own;
    for (const field of machineFields) {
      const fieldSelector = `${field}=${agentKey(worker)}`;
      const { items } = await this.#clients(kinds.Hardware).list({ fieldSelector, limit: 1 });
      if (items[0] !== undefined) return items[0];
    }
    return undefined;
  }
}

function idOf({ group, kind }: KindInfo, key: ResourceKey): string {
  return `${group}/${kind} ${formatKey(key)}`;
}
