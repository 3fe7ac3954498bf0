// What a Hardware says of its management controller and nobody can act on.
import { bmcKinds } from "../bmc/kinds.ts";
import { member } from "../json-value.ts";
import { show } from "./interface-doubts.ts";

/** @returns A sentence each, without its full stop. */
export function bmcDoubts(hardware: object): string[] {
  const ref = member(member(hardware, "spec"), "bmcRef");
  if (ref === undefined || ref === null) return [];
  const { group, kind } = bmcKinds.BmcMachine;
  const [ofGroup, ofKind] = [member(ref, "apiGroup"), member(ref, "kind")];
  if (ofKind !== kind) return [`spec.bmcRef.kind: ${show(ofKind)} is no kind of management controllers: write ${kind}`];
  if (ofGroup !== undefined && ofGroup !== null && ofGroup !== "" && ofGroup !== group)
    return [`spec.bmcRef.apiGroup: ${show(ofGroup)} is no group of management controllers: write ${group}`];
  return ["spec.bmcRef: this server cannot speak to management controllers yet, so the machine is switched by hand"];
}
