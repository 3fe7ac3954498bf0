// What is wrong with a Hardware record, as its timeline says it.
import { fieldName, formatKey, type MachineEventInput, type ResourceKey } from "@neverland/api";
import type { DuplicateClaim } from "./machine-index.ts";

const source = "machines";
const mostFaults = 3;

/** @param issues What the schema has against it. */
export function unusableHardware(
  hardware: string,
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): MachineEventInput {
  const faults = issues.slice(0, mostFaults).map(({ path, message }) => `${fieldName("spec", path)}: ${message}`);
  const more = issues.length > mostFaults ? ` and ${issues.length - mostFaults} more` : "";
  const message = `${hardware} cannot be used, and its machine is answered as one that is not known: ${faults.join("; ")}${more}; apply it again with this put right`;
  return { source, hardware, type: "HardwareUnusable", reason: "NotOfItsSchema", message };
}

/** @param message What the store says of one that it left out. */
export function unacceptableHardware(key: ResourceKey, message: string): MachineEventInput {
  return { source, hardware: formatKey(key), type: "HardwareUnusable", reason: "NotOfItsSchema", message };
}

/** On the timeline of the one that came last, and of one that was there. */
export function ambiguousHardware({ kind, value, names, newcomer }: DuplicateClaim): MachineEventInput[] {
  const message = `${names.join(" and ")} claim the same ${kind} ${value}: none of them is answered by it; change all but one`;
  const about = [newcomer, ...names.filter((name) => name !== newcomer).slice(0, 1)];
  return about.map((hardware) => {
    return { source, hardware, type: "HardwareAmbiguous", reason: "DuplicateClaim", message, data: { claim: kind } };
  });
}
