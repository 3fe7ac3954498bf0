// Which object somebody probably meant who mistyped its name.
import type { KindNames } from "@neverland/api/kind-names";
import type { ResourceClient } from "@neverland/api/resource-client";

/** Names alone are asked for, in pages: a hall has thousands. */
const pageSize = 2000;

type TableOf = (kind: KindNames) => Pick<ResourceClient<KindNames>, "table">;

/** For one command: names are read when one is nowhere, and once, however many are. */
export class NearNames {
  readonly #tableOf: TableOf;
  readonly #lists = new Map<string, Promise<readonly string[]>>();

  constructor(tableOf: TableOf) {
    this.#tableOf = tableOf;
  }

  /** @returns `hardware/node-3`; undefined where none is near, or the server tells no names. The first kind goes before the others. */
  async find(namespace: string, mistyped: string, kinds: readonly KindNames[]): Promise<NearName | undefined> {
    const named = await Promise.all(
      kinds.map(async (kind) => (await this.#names(kind, namespace)).map((name) => ({ kind, name }))),
    ).catch(() => []);
    const all = new Map(
      named
        .flat()
        .reverse()
        .map((each) => [each.name, each]),
    );
    // What reads YAML is loaded with it, so only here.
    const { nearestName } = await import("@neverland/yaml");
    return all.get(nearestName(mistyped, [...all.keys()].reverse()) ?? "");
  }

  #names(kind: KindNames, namespace: string): Promise<readonly string[]> {
    return this.#lists.getOrInsertComputed(`${kind.plural}.${kind.group} ${namespace}`, () =>
      namesOf(this.#tableOf, kind, namespace),
    );
  }
}

export type NearName = { readonly kind: KindNames; readonly name: string };

/** To be typed as it stands: `hardware/node-3`. */
export function formatNearName({ kind, name }: NearName): string {
  return `${kind.singular}/${name}`;
}

async function namesOf(tableOf: TableOf, kind: KindNames, namespace: string): Promise<string[]> {
  const names: string[] = [];
  for (let continueToken: string | undefined = ""; continueToken !== undefined; ) {
    const page = { limit: pageSize, ...(continueToken !== "" && { continueToken }) };
    const table = await tableOf(kind).table({ namespace, ...page });
    names.push(...table.rows.flatMap(({ object }) => object?.metadata.name ?? []));
    continueToken = table.metadata.continue;
  }
  return names;
}
