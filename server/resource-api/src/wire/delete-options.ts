// Reads what a DELETE asks for, from its body (DeleteOptions) or its query; the body wins.
import { type JsonObject, member } from "@neverland/api";
import { foregroundFinalizer, orphanFinalizer } from "@neverland/store/deletion-finalizers.ts";
import type { Preconditions } from "@neverland/store/resource-store.ts";
import { ApiFault } from "./api-fault.ts";
import type { RequestQuery } from "./request-query.ts";

export type DeleteOptions = {
  readonly finalizer?: string;
  readonly preconditions: Preconditions;
  readonly dryRun: boolean;
};

/** @throws {ApiFault} `BadRequest`. */
export function readDeleteOptions(body: JsonObject, query: RequestQuery): DeleteOptions {
  const policy = member(body, "propagationPolicy") ?? (query.text("propagationPolicy") || "Background");
  const finalizers = new Map([
    ["Background", undefined],
    ["Foreground", foregroundFinalizer],
    ["Orphan", orphanFinalizer],
  ]);
  if (typeof policy !== "string" || !finalizers.has(policy))
    throw new ApiFault(
      "BadRequest",
      `propagationPolicy must be Background, Foreground or Orphan, not ${String(policy)}`,
    );
  const orphans = member(body, "orphanDependents") ?? query.flag("orphanDependents");
  const finalizer = orphans === true ? orphanFinalizer : finalizers.get(policy);
  const text = (key: string) => {
    const value = member(member(body, "preconditions"), key);
    return typeof value === "string" ? { [key]: value } : {};
  };
  const dryRuns = member(body, "dryRun");
  return {
    ...(finalizer && { finalizer }),
    preconditions: { ...text("uid"), ...text("resourceVersion") },
    dryRun: query.dryRun || (Array.isArray(dryRuns) && dryRuns.includes("All")),
  };
}
