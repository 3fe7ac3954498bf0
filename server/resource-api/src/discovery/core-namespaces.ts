// Namespaces as Kubernetes' core group has them. They need no making: any name is one, and begins with its first object.
import { createHash } from "node:crypto";
import type { KindInfo, Resource } from "@neverland/api";
import { type Clock, formatTime } from "@neverland/platform/time/clock.ts";
import { pause } from "@neverland/platform/wait/pause.ts";
import { invalid } from "@neverland/resources/resource-error.ts";
import { namespaceFaults } from "@neverland/resources/rules/namespace-name.ts";
import type { ResourceList, ResourceStore, WatchEvent, WatchOptions } from "@neverland/store/resource-store.ts";
import { StoreError } from "@neverland/store/resource-store.ts";
import { isSelected } from "@neverland/store/selector.ts";
import { z } from "zod";

/** Shown, and kept nowhere: each is where other objects are. */
export const coreNamespace: KindInfo = {
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  singular: "namespace",
  shortNames: ["ns"],
  categories: [],
  scope: "cluster",
  isView: true,
  everyName: true,
  record: true,
  deletable: false,
  subresources: [],
  // Programs may say the whole of one.
  spec: z.looseObject({}),
  status: z.looseObject({}),
  protobuf: {},
  columns: [{ name: "Status", type: "string", path: ".status.phase" }],
  indexes: [],
  unique: [],
  sensitive: [],
};

/** So late a watch learns of a new namespace at the most. */
const lookMs = 2000;

export type NamespacesDeps = {
  readonly store: ResourceStore;
  /** Where objects of these are, a namespace is; records are of no account. */
  readonly kinds: readonly KindInfo[];
  readonly clock: Clock;
};

type Look = { readonly atMs: number; readonly found: Promise<Found> };
type Found = { readonly before: string; readonly after: string; readonly all: ReadonlyMap<string, Resource> };

/**
 * A view: `default`, and every namespace that holds something. Programs make a namespace before they put something into it
 * (Helm's `--create-namespace`): that succeeds, and changes nothing.
 */
export function coreNamespaces(deps: NamespacesDeps): ResourceStore {
  const { store, clock } = deps;
  const counted = deps.kinds.filter((kind) => !kind.record && kind.scope === "namespace");
  const startMs = clock.nowMs();
  let known: ReadonlyMap<string, Resource> = new Map();
  let last: Look | undefined;

  const versionOf = async (): Promise<string> => {
    const [first] = counted;
    return first === undefined ? "0" : (await store.list(first, { limit: 1 })).resourceVersion;
  };
  /**
   * `before` is a version that lacks nothing of what is found; a namespace that is new is of `after`, which is no older than its
   * first object: a watch from the version of a list that has it not tells of it.
   */
  const find = async (): Promise<Found> => {
    const before = await versionOf();
    const used = await Promise.all(counted.map((kind) => store.namespaces(kind)));
    const after = await versionOf();
    const names = [...new Set(["default", ...used.flat()])].toSorted();
    known = new Map(names.map((name) => [name, known.get(name) ?? namespaceOf(name, after, clock.nowMs())]));
    return { before, after, all: known };
  };
  const look = (maxAgeMs: number): Promise<Found> => {
    const nowMs = clock.nowMs();
    if (last === undefined || nowMs - last.atMs >= maxAgeMs) last = { atMs: nowMs, found: find() };
    return last.found;
  };
  const get = async (name: string): Promise<Resource> =>
    (await look(lookMs)).all.get(name) ?? namespaceOf(name, "1", startMs);
  const refuse = async (): Promise<never> => {
    throw new StoreError("conflict", "a namespace is there with its first object, and goes with its last");
  };
  return {
    get: async (_kind, { name }) => (namespaceFaults("", name).length > 0 ? undefined : await get(name)),
    list: async (_kind, { limit, continueToken = "", ...selection } = {}): Promise<ResourceList> => {
      const { before, all } = await look(0);
      const left = [...all.values()].filter(
        (object) => object.metadata.name > continueToken && isSelected(object, selection),
      );
      const items = left.slice(0, limit || undefined);
      const lastName = items.at(-1)?.metadata.name;
      const isPage = items.length < left.length && lastName !== undefined;
      return { items, resourceVersion: before, pagesLast: true, ...(isPage && { continueToken: lastName }) };
    },
    namespaces: async () => [],
    watch: (_kind, options) => watchNamespaces(() => look(lookMs), clock, options),
    create: async (kind, { metadata: { name } }) => {
      const faults = namespaceFaults("metadata.name", name);
      if (faults.length > 0) throw invalid(kind, name, faults);
      return await get(name);
    },
    update: refuse,
    updateStatus: refuse,
    delete: refuse,
    close: async () => undefined,
  };
}

/** What the watcher has been told of is compared with what there is, each time that something changed. */
async function* watchNamespaces(
  look: () => Promise<Found>,
  clock: Clock,
  { signal, resourceVersion, ...selection }: WatchOptions,
): AsyncGenerator<WatchEvent> {
  const first = await look();
  const from = Number(resourceVersion ?? first.after);
  let told: ReadonlyMap<string, Resource> = new Map(
    [...first.all].filter(([, { metadata }]) => Number(metadata.resourceVersion) <= from),
  );
  for (let version = ""; !signal.aborted; await pause(clock, lookMs, signal)) {
    const { all, before } = await look();
    if (before === version) continue;
    version = before;
    for (const [name, object] of all) if (told.get(name) !== object) yield* selected("added", object, selection);
    for (const [name, object] of told) if (!all.has(name)) yield* selected("deleted", object, selection);
    told = all;
    yield { type: "bookmark", resourceVersion: version };
  }
}

function* selected(
  type: "added" | "deleted",
  object: Resource,
  selection: Parameters<typeof isSelected>[1],
): Generator<WatchEvent> {
  if (isSelected(object, selection)) yield { type, object };
}

function namespaceOf(name: string, resourceVersion: string, sinceMs: number): Resource {
  const hash = createHash("sha256").update(name).digest("hex");
  const uid = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-${hash.slice(12, 16)}-${hash.slice(16, 20)}-${hash.slice(20, 32)}`;
  const creationTimestamp = formatTime(sinceMs).replace(/\.\d+Z$/, "Z");
  const labels = { "kubernetes.io/metadata.name": name };
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, namespace: "", uid, resourceVersion, generation: 1, creationTimestamp, labels },
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active" },
  };
}
