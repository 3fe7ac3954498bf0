// Which object somebody probably meant who mistyped its name.
import type { KindNames } from "@neverland/api/kind-names";
import { nearestName } from "@neverland/yaml";
import type { Clients } from "../connection/connect.ts";

/** Names alone are asked for, in pages: a hall has thousands. */
const pageSize = 2000;

/** @returns `hardware/node-3`; undefined where none is near, or the server tells no names. The first kind goes before the others. */
export async function nearName(
  clients: Clients,
  namespace: string,
  mistyped: string,
  kinds: readonly KindNames[],
): Promise<string | undefined> {
  const named = await Promise.all(
    kinds.map(async (kind) => (await namesOf(clients, kind, namespace)).map((name) => ({ kind, name }))),
  ).catch(() => []);
  const all = new Map(
    named
      .flat()
      .reverse()
      .map((each) => [each.name, each]),
  );
  const found = all.get(nearestName(mistyped, [...all.keys()].reverse()) ?? "");
  return found && `${found.kind.singular}/${found.name}`;
}

async function namesOf(clients: Clients, kind: KindNames, namespace: string): Promise<string[]> {
  const names: string[] = [];
  for (let continueToken: string | undefined = ""; continueToken !== undefined; ) {
    const page = { limit: pageSize, ...(continueToken !== "" && { continueToken }) };
    const table = await clients(kind).table({ namespace, ...page });
    names.push(...table.rows.flatMap(({ object }) => object?.metadata.name ?? []));
    continueToken = table.metadata.continue;
  }
  return names;
}
