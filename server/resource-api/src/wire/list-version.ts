// Of which version a list or a watch is to be, and how exactly, as kube-apiserver reads it (apimachinery `ValidateListOptions`).
import type { FieldFault } from "@neverland/resources/resource-error.ts";
import type { ResourceList } from "@neverland/store/resource-store.ts";
import { ApiFault } from "./api-fault.ts";
import { forbiddenOption, refuseOptions, unsupportedOption } from "./option-faults.ts";
import { type RequestQuery, readVersion } from "./request-query.ts";

export type ListVersion =
  /** Whatever is the newest. */
  { readonly match: "any" } | { readonly match: "exact" | "not-older"; readonly version: string };

/** There is but the newest of one object to show, whichever is asked for. @throws {ApiFault} `BadRequest` when it is none. */
export function checkGetVersion(query: RequestQuery): void {
  readVersion(query.text("resourceVersion"));
}

/** @throws {ApiFault} `Invalid`, `BadRequest`. */
export function readListVersion(query: RequestQuery): ListVersion {
  const match = query.text("resourceVersionMatch");
  const faults = match === "" ? [] : matchFaults(match, query);
  if (query.has("sendInitialEvents"))
    faults.push(forbiddenOption("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  refuseOptions("ListOptions", faults);
  const version = query.resourceVersion;
  if (version === undefined) return { match: "any" };
  if (query.text("continue") !== "")
    throw new ApiFault("BadRequest", "specifying resource version is not allowed when using continue");
  // What pages show is of one state anyway, so a first page at a version is of exactly that.
  return { match: match === "Exact" ? "exact" : "not-older", version };
}

function matchFaults(match: string, query: RequestQuery): FieldFault[] {
  const field = "resourceVersionMatch";
  const version = query.text("resourceVersion");
  const isExactOfAny = match === "Exact" && version === "0";
  return [
    ...(version === "" ? [forbiddenOption(field, `${field} is forbidden unless resourceVersion is provided`)] : []),
    ...(query.text("continue") === "" ? [] : [forbiddenOption(field, `${field} is forbidden for continue`)]),
    ...(["Exact", "NotOlderThan"].includes(match) ? [] : [unsupportedOption(field, match, '"Exact", "NotOlderThan"')]),
    ...(isExactOfAny ? [forbiddenOption(field, `${field} "exact" is forbidden for resourceVersion "0"`)] : []),
  ];
}

/** @throws {ApiFault} `Invalid`. */
export function checkWatchVersion(query: RequestQuery): void {
  const field = "resourceVersionMatch";
  const match = query.text(field);
  const hasInitial = query.has("sendInitialEvents");
  const isOther = match !== "NotOlderThan";
  refuseOptions("ListOptions", [
    ...(hasInitial && isOther
      ? [forbiddenOption(field, `sendInitialEvents requires setting ${field} to NotOlderThan`)]
      : []),
    ...(match !== "" && !hasInitial
      ? [forbiddenOption(field, `${field} is forbidden for watch unless sendInitialEvents is provided`)]
      : []),
    ...(match !== "" && isOther ? [unsupportedOption(field, match, '"NotOlderThan"')] : []),
  ]);
}

/** @throws {ApiFault} `Timeout` when the store has not come so far, `Expired` when it no longer keeps that state. */
export function mustBeOf(wanted: ListVersion, { resourceVersion }: Pick<ResourceList, "resourceVersion">): void {
  if (wanted.match === "any") return;
  const { match, version } = wanted;
  if (BigInt(version) > BigInt(resourceVersion)) {
    const causes = [{ reason: "ResourceVersionTooLarge", message: "Too large resource version", field: "" }];
    const text = `Too large resource version: ${version}, current: ${resourceVersion}`;
    throw new ApiFault("Timeout", text, { causes, retryAfterSeconds: 1 });
  }
  if (match === "exact" && version !== resourceVersion)
    throw new ApiFault("Expired", `The state at version ${version} is not kept: list without a version`);
}
