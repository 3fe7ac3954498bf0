// What the query of a write asks for: who writes, whether anything is written, and how unknown fields are taken. Read before the body.
import type { FieldFault } from "@neverland/resources/resource-error.ts";
import { isManagerName, managerOfAgent, mostManagerLetters } from "@neverland/resources/rules/manager-name.ts";
import type { WriteOptions } from "@neverland/resources/write-path.ts";
import { dryRunFaults, forbiddenOption, type OptionsKind, refuseOptions, unsupportedOption } from "./option-faults.ts";
import { fieldValidations, type RequestQuery } from "./request-query.ts";

const field = "fieldManager";

/**
 * @param isApply Of a patch: whether it is one of server-side apply, which must name its manager.
 * @throws {ApiFault} `Invalid`.
 */
export function readWriteOptions(
  query: RequestQuery,
  kind: OptionsKind,
  userAgent: string,
  isApply = false,
): WriteOptions {
  const named = query.text(field);
  const validation = query.text("fieldValidation");
  const isValidation = validation === "" || fieldValidations.some((known) => known === validation);
  refuseOptions(kind, [
    ...dryRunFaults(query.all("dryRun")),
    ...managerFaults(named, isApply),
    ...(isValidation ? [] : [unsupportedOption("fieldValidation", validation, '"", "Ignore", "Strict", "Warn"')]),
    ...(kind === "PatchOptions" && !isApply && query.flag("force")
      ? [forbiddenOption("force", "may not be specified for non-apply patch")]
      : []),
  ]);
  return { manager: named || managerOfAgent(userAgent) || "unknown", dryRun: query.dryRun };
}

function managerFaults(named: string, isApply: boolean): FieldFault[] {
  if (named === "" && isApply)
    return [{ reason: "FieldValueRequired", message: "Required value: is required for apply patch", field }];
  if (isManagerName(named)) return [];
  if (Buffer.byteLength(named) > mostManagerLetters)
    return [
      { reason: "FieldValueTooLong", message: `Too long: may not be more than ${mostManagerLetters} bytes`, field },
    ];
  return [{ reason: "FieldValueInvalid", message: "Invalid value: all of it must be printable", field }];
}
