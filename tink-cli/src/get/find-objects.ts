// The objects, or the server's tables of them, that a command names: each kind in pages, each name by itself.
import type { ClientListOptions, Resource, ResourceTable } from "@neverland/api";
import { ApiError } from "@neverland/api/api-error";
import { CliError } from "../cli-error.ts";
import type { Target } from "../command-line/resource-names.ts";
import type { CliContext } from "../context.ts";
import { eachOf } from "../each-of.ts";
import { type Looking, missing, orMeant } from "../machines/missing-object.ts";

export type Query = Pick<ClientListOptions, "namespace" | "labelSelector" | "fieldSelector"> & {
  /** How many objects a page has; 0 is all. */
  readonly chunkSize: number;
  /** Names that are not there are left out in silence. */
  readonly ignoreNotFound?: boolean;
};

/** Those that are there, in the order of the targets. Of what is not, each is told. */
export async function findObjects(
  looking: Looking,
  targets: readonly Target[],
  query: Query,
  context: CliContext,
): Promise<Resource[]> {
  const found: Resource[] = [];
  const find = async (target: Target): Promise<void> => {
    const { kind, name } = target;
    const client = looking.clients(kind);
    if (name === undefined)
      return void found.push(...(await inPages((page) => client.list({ ...query, ...page }), query)));
    const key = { namespace: namespaceOf(target, query), name };
    const object = await client.get(key);
    if (object !== undefined) found.push(object);
    else if (!query.ignoreNotFound) throw await missing({ kind, key }, looking);
  };
  await eachOf(targets, find, context);
  return found;
}

export type KindTable = { readonly kind: Target["kind"]; readonly table: ResourceTable };

/** One table for targets of one kind that follow each other. @param includeObject How much of each object its row has. */
export async function findTables(
  looking: Looking,
  targets: readonly Target[],
  query: Query & { readonly includeObject: "Metadata" | "Object" },
  context: CliContext,
): Promise<KindTable[]> {
  const found: KindTable[] = [];
  const find = async (target: Target): Promise<void> => {
    const table = await tableOf(looking, target, query);
    const last = found.at(-1);
    if (table === undefined) return;
    if (last?.kind !== target.kind) return void found.push({ kind: target.kind, table });
    found[found.length - 1] = { ...last, table: { ...last.table, rows: [...last.table.rows, ...table.rows] } };
  };
  await eachOf(targets, find, context);
  return found;
}

async function tableOf(
  looking: Looking,
  target: Target,
  query: Query & { readonly includeObject: "Metadata" | "Object" },
): Promise<ResourceTable | undefined> {
  const { kind, name } = target;
  if (name !== undefined) {
    const namespace = namespaceOf(target, query);
    const one = { namespace, includeObject: query.includeObject };
    return await looking
      .clients(kind)
      .table(one, name)
      .catch((error: unknown) => {
        if (error instanceof ApiError && error.code === "not-found" && query.ignoreNotFound) return undefined;
        return orMeant({ kind, key: { namespace, name } }, looking)(error);
      });
  }
  let first: ResourceTable | undefined;
  const list = async (page: Page) => {
    const table = await looking.clients(kind).table({ ...query, ...page });
    first ??= table;
    const { continue: continueToken } = table.metadata;
    return { items: table.rows, ...(continueToken !== undefined && { continueToken }) };
  };
  const rows = await inPages(list, query);
  return first && { ...first, rows };
}

type Page = { readonly limit?: number; readonly continueToken?: string };

/** A list that changed for too long while it was read is read anew, all at once. */
async function inPages<T>(
  list: (page: Page) => Promise<{ readonly items: readonly T[]; readonly continueToken?: string }>,
  { chunkSize }: Query,
): Promise<T[]> {
  if (chunkSize === 0) return [...(await list({})).items];
  const items: T[] = [];
  try {
    for (let continueToken: string | undefined = ""; continueToken !== undefined; ) {
      const page = await list({ limit: chunkSize, ...(continueToken !== "" && { continueToken }) });
      items.push(...page.items);
      continueToken = page.continueToken;
    }
    return items;
  } catch (error) {
    if (error instanceof ApiError && error.code === "gone") return [...(await list({})).items];
    throw error;
  }
}

function namespaceOf(target: Target, { namespace }: Query): string {
  const { kind, name } = target;
  const own = target.namespace ?? namespace;
  if (own === undefined && kind.scope === "namespace")
    throw new CliError("usage", `${kind.singular}/${name}: a name is of one namespace; leave out -A, or the name`);
  return own ?? "";
}
