// All of a list for who goes through it and keeps none of it: page by page, with room for everything else in between.
import type { KindInfo, Resource } from "@neverland/api";
import { Breather } from "@neverland/platform/wait/breather.ts";
import { type ListOptions, type ResourceStore, StoreError } from "./resource-store.ts";

const pageSize = 500;

/** Of one state; when that is kept no longer, what is left of what there is then. It ends at the page after which `signal` has aborted. */
export async function* listInPages(
  store: Pick<ResourceStore, "list">,
  kind: KindInfo,
  options: Omit<ListOptions, "limit" | "continueToken">,
  signal: AbortSignal,
): AsyncGenerator<readonly Resource[]> {
  const breather = new Breather();
  let continueToken: string | undefined;
  do {
    if (breather.isDue) await breather.breathe();
    const page = { ...options, limit: pageSize, ...(continueToken !== undefined && { continueToken }) };
    try {
      const list = await store.list(kind, page);
      continueToken = list.continueToken;
      yield list.items;
    } catch (error) {
      if (!(error instanceof StoreError) || error.continueToken === undefined) throw error;
      ({ continueToken } = error);
    }
  } while (continueToken !== undefined && !signal.aborted);
}
