// What the query of a read asks for, read once and whole before anything is done for it: a fault in it costs no more than that.
import type { ListOptions } from "@neverland/store/resource-store.ts";
import { checkWatchVersion, type ListVersion, readListVersion } from "./list-version.ts";
import type { RequestQuery } from "./request-query.ts";
import type { RequestTarget } from "./request-target.ts";

export type AskedList = {
  readonly version: ListVersion;
  readonly isPage: boolean;
  readonly options: ListOptions;
};

export type AskedWatch = {
  readonly selection: Pick<ListOptions, "namespace" | "labels" | "fields">;
  /** Where it begins; `undefined`: with all there is. */
  readonly resourceVersion: string | undefined;
  /** Also with all there is, and says where that ends. */
  readonly wantsInitial: boolean;
  readonly wantsBookmarks: boolean;
  /** `undefined`: the caller names no end. */
  readonly timeoutSeconds: number | undefined;
};

/** @throws {ApiFault} `Invalid`, `BadRequest`. */
export function readListOptions(query: RequestQuery, target: RequestTarget): AskedList {
  const version = readListVersion(query);
  const { limit } = query;
  const continueToken = query.text("continue");
  const options = {
    ...query.selection(target),
    ...(limit !== undefined && { limit }),
    ...(continueToken && { continueToken }),
    ...(version.match === "exact" && { atVersion: version.version }),
  };
  return { version, isPage: Boolean(limit || continueToken), options };
}

/** @throws {ApiFault} `Invalid`, `BadRequest`. */
export function readWatchOptions(query: RequestQuery, target: RequestTarget): AskedWatch {
  checkWatchVersion(query);
  return {
    selection: query.selection(target),
    resourceVersion: query.resourceVersion,
    wantsInitial: query.flag("sendInitialEvents"),
    wantsBookmarks: query.flag("allowWatchBookmarks"),
    timeoutSeconds: query.number("timeoutSeconds") || undefined,
  };
}
