// Everything that a list without pages asks for, in parts: records may be hundreds of thousands, and need not all be objects at the same
// time.
import type { KindInfo } from "@neverland/api";
import type { ListOptions, ResourceList, ResourceStore } from "@neverland/store/resource-store.ts";

const recordsAtOnce = 1000;

export type WholeList = {
  readonly first: ResourceList;
  /** Reads the part after; `undefined`: there is but one. */
  readonly more?: (continueToken: string) => Promise<ResourceList>;
};

export async function wholeList(
  store: Pick<ResourceStore, "list">,
  kind: KindInfo,
  options: ListOptions,
): Promise<WholeList> {
  if (!kind.record) return { first: await store.list(kind, options) };
  const pageOf = async (from: ListOptions) => await store.list(kind, { ...options, ...from, limit: recordsAtOnce });
  const first = await pageOf({});
  if (first.continueToken === undefined) return { first };
  if (first.pagesLast) return { first, more: async (continueToken) => await pageOf({ continueToken }) };
  return { first: await store.list(kind, options) };
}
