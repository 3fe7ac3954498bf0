// Waits for many objects at once: of a kind one list and one watch tell of all, however many they are.
import type { ClientListOptions, Resource } from "@neverland/api";
import { formatKey } from "@neverland/api/resource-key";
import type { Clients } from "../connection/connect.ts";
import type { Selected } from "./selection.ts";
import type { Awaited } from "./wait-condition.ts";

export type Patience = {
  /** Aborts when the time is up, too. */
  readonly signal: AbortSignal;
  /** What is not so when it is looked at first is given up. */
  readonly looksOnce: boolean;
  /** Why one was given up, which was last seen so; undefined is one that is not there, or was not seen. */
  readonly givenUp: (one: Selected, last: Resource | undefined) => unknown;
  /** What is said of one that is not there. */
  readonly missing: (one: Selected) => Promise<unknown>;
};

export type Wait = {
  readonly one: Selected;
  /** Resolves when it is so. Rejects with `not-found`, with what the server refused, or with why it was given up. */
  readonly done: Promise<void>;
};

/** Of a kind with no more than this many each is watched by its name, so that the others of the kind cost nothing. */
const mostByName = 4;

/** One that goes while something else is awaited of it is missing, as kubectl has it. */
export function waitForAll(
  clients: Clients,
  selected: readonly Selected[],
  awaited: Awaited,
  patience: Patience,
): readonly Wait[] {
  const open = selected.map((one) => ({ one, ...Promise.withResolvers<void>() }));
  // Each is looked at in its turn.
  for (const { promise } of open) promise.catch(() => undefined);
  for (const group of groupsOf(open)) void follow(clients, group, awaited, patience);
  return open.map(({ one, promise }) => ({ one, done: promise }));
}

type Open = { readonly one: Selected } & Pick<PromiseWithResolvers<void>, "resolve" | "reject">;

/** Objects of one kind, and the list that has them all. */
type Group = {
  readonly kind: Selected["kind"];
  readonly where: Pick<ClientListOptions, "namespace" | "fieldSelector">;
  readonly members: readonly Open[];
};

function groupsOf(open: readonly Open[]): Group[] {
  return [...Map.groupBy(open, ({ one }) => one.kind)].flatMap(([kind, members]) => {
    const byName = (each: Open): Group => {
      const { namespace, name } = each.one.key;
      return { kind, where: { namespace, fieldSelector: `metadata.name=${name}` }, members: [each] };
    };
    if (members.length <= mostByName) return members.map(byName);
    const [namespace, ...others] = new Set(members.map(({ one }) => one.key.namespace));
    const isOne = namespace !== undefined && others.length === 0;
    return [{ kind, where: isOne ? { namespace } : {}, members }];
  });
}

async function follow(
  clients: Clients,
  { kind, where, members }: Group,
  { isMet, mayBeMissing }: Awaited,
  { signal, looksOnce, givenUp, missing }: Patience,
): Promise<void> {
  // The same object may be named twice.
  const waiting = Map.groupBy(members, ({ one }) => formatKey(one.key));
  const last = new Map<string, Resource | undefined>();
  const look = (key: string, object: Resource | undefined): void => {
    if (waiting.has(key)) last.set(key, object);
    const isDone = isMet(object);
    if (!isDone && (object !== undefined || mayBeMissing)) return;
    for (const { one, resolve, reject } of waiting.get(key) ?? [])
      isDone ? resolve() : missing(one).then(reject, reject);
    waiting.delete(key);
  };
  const lookAtAll = (items: readonly Resource[]): void => {
    const found = new Map(items.map((object) => [formatKey(object.metadata), object]));
    for (const key of [...waiting.keys()]) look(key, found.get(key));
  };
  const giveUp = (why: Patience["givenUp"]): void => {
    for (const { one, reject } of [...waiting.values()].flat()) reject(why(one, last.get(formatKey(one.key))));
  };
  try {
    const client = clients(kind);
    // A watch waits for a server that is away; one that was never there, or refuses us, is to be told at once.
    const { items, resourceVersion } = await client.list({ ...where, signal });
    lookAtAll(items);
    if (waiting.size === 0) return;
    if (looksOnce) return giveUp(givenUp);
    for await (const event of client.watch({ ...where, resourceVersion, signal })) {
      if (event.type === "synced") lookAtAll(event.items);
      else if (event.type !== "bookmark")
        look(formatKey(event.object.metadata), event.type === "deleted" ? undefined : event.object);
      if (waiting.size === 0) return;
    }
    giveUp(givenUp);
  } catch (error) {
    giveUp((...of) => (signal.aborted ? givenUp(...of) : error));
  }
}
