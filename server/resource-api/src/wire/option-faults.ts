// What is wrong with the options of a request, in kube-apiserver's words (apimachinery `meta/v1/validation`): 422, with a cause for each.
import type { FieldFault } from "@neverland/resources/resource-error.ts";
import { ApiFault } from "./api-fault.ts";

export type OptionsKind = "CreateOptions" | "DeleteOptions" | "ListOptions" | "PatchOptions" | "UpdateOptions";

/** @throws {ApiFault} `Invalid`, when there are faults. */
export function refuseOptions(kind: OptionsKind, faults: readonly FieldFault[]): void {
  if (faults.length === 0) return;
  const text = faults.map(({ field, message }) => `${field}: ${message}`).join(", ");
  throw new ApiFault("Invalid", `${kind}.meta.k8s.io "" is invalid: ${text}`, {
    group: "meta.k8s.io",
    kind,
    causes: faults,
  });
}

export function forbiddenOption(field: string, why: string): FieldFault {
  return { reason: "FieldValueForbidden", message: `Forbidden: ${why}`, field };
}

export function unsupportedOption(field: string, value: string, supported: string): FieldFault {
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported}`;
  return { reason: "FieldValueNotSupported", message, field };
}

export function dryRunFaults(values: readonly string[]): FieldFault[] {
  return values.every((value) => value === "All") ? [] : [unsupportedOption("dryRun", values.join(), '"All"')];
}
