// Reads what a DELETE asks for, from its body (DeleteOptions) or its query; the body wins.
import { type JsonObject, member } from "@neverland/api";
import type { FieldFault } from "@neverland/resources/resource-error.ts";
import { foregroundFinalizer, orphanFinalizer } from "@neverland/store/deletion-finalizers.ts";
import type { Preconditions } from "@neverland/store/resource-store.ts";
import { ApiFault } from "./api-fault.ts";
import { dryRunFaults, refuseOptions, unsupportedOption } from "./option-faults.ts";
import type { RequestQuery } from "./request-query.ts";

export type DeleteOptions = {
  readonly finalizer?: string;
  readonly preconditions: Preconditions;
  readonly dryRun: boolean;
};

const finalizers = new Map([
  ["Background", undefined],
  ["Foreground", foregroundFinalizer],
  ["Orphan", orphanFinalizer],
]);

/** @throws {ApiFault} `BadRequest`, `Invalid`. */
export function readDeleteOptions(body: JsonObject, query: RequestQuery): DeleteOptions {
  mustBeOptions(body);
  checkGrace(query);
  const asked = member(body, "propagationPolicy") ?? (query.text("propagationPolicy") || undefined);
  const orphans =
    member(body, "orphanDependents") ?? (query.has("orphanDependents") ? query.flag("orphanDependents") : undefined);
  const policy = asked === undefined ? "Background" : String(asked);
  const dryRuns = [...[member(body, "dryRun") ?? []].flat().map(String), ...query.all("dryRun")];
  refuseOptions("DeleteOptions", [
    ...policyFaults(policy, asked !== undefined && orphans !== undefined),
    ...dryRunFaults(dryRuns),
  ]);
  const finalizer = orphans === true ? orphanFinalizer : finalizers.get(policy);
  const text = (key: string) => {
    const value = member(member(body, "preconditions"), key);
    return typeof value === "string" ? { [key]: value } : {};
  };
  return {
    ...(finalizer && { finalizer }),
    preconditions: { ...text("uid"), ...text("resourceVersion") },
    dryRun: dryRuns.length > 0,
  };
}

function policyFaults(policy: string, hasBoth: boolean): FieldFault[] {
  const field = "propagationPolicy";
  const both = "orphanDependents and deletionPropagation cannot be both set";
  if (hasBoth)
    return [{ reason: "FieldValueInvalid", message: `Invalid value: ${JSON.stringify(policy)}: ${both}`, field }];
  if (finalizers.has(policy)) return [];
  return [unsupportedOption(field, policy, '"Foreground", "Background", "Orphan"')];
}

/** A body may say nothing of what it is. */
function mustBeOptions(body: JsonObject): void {
  const kind = member(body, "kind") ?? "DeleteOptions";
  if (kind === "DeleteOptions") return;
  throw new ApiFault(
    "BadRequest",
    `The body of a DELETE is DeleteOptions, or nothing, and not ${JSON.stringify(kind)}`,
  );
}

/** Nothing here takes its time to end, so every grace is as good as none. */
function checkGrace(query: RequestQuery): void {
  const grace = query.text("gracePeriodSeconds");
  if (grace === "" || /^[+-]?\d{1,18}$/.test(grace)) return;
  throw new ApiFault(
    "BadRequest",
    `The query's gracePeriodSeconds must be a whole number, not ${JSON.stringify(grace)}`,
  );
}
