// Gives and takes back a machine's permission to boot from the network, on every interface of its Hardware.
import type { Hardware, ResourceKey } from "@neverland/api";
import { StoreError } from "@neverland/store/resource-store.ts";
import type { WorkflowControllerDeps } from "../ports.ts";
import { holdsPermission } from "./loans.ts";

export type Toggled =
  | "done"
  | "no-hardware"
  | /** It is stored, and cannot be used. */ "unusable-hardware"
  | /** Another workflow of the machine needs it. */ "held";

type Deps = Pick<WorkflowControllerDeps, "hardware" | "workflows">;

const mostAttempts = 8;

/** Safe to repeat: what is as wanted is not written again. */
export async function allowNetboot(key: ResourceKey, deps: Deps): Promise<Toggled> {
  return await retryOnConflict(() => setAllowPxe(key, true, deps));
}

/** Leaves the permission alone while another workflow that asked for it has the machine before it. */
export async function forbidNetboot(key: ResourceKey, workflowUID: string, deps: Deps): Promise<Toggled> {
  // Workflows of one machine are brought forward one at a time, so that none takes the permission between these two reads.
  return await retryOnConflict(() => setAllowPxe(key, false, deps, () => isHeld(key, workflowUID, deps)));
}

/** Why, and what to do, when a permission could not be taken back. */
export function unusableForbids({ name }: ResourceKey): string {
  return `Hardware ${name} is stored but cannot be used (its timeline says why); set allowPXE to false when you put it right`;
}

/** On every interface. */
export function mayNetboot(machine: Hardware): boolean {
  return isAllowPxe(machine, true);
}

function isAllowPxe({ spec }: Hardware, allowPXE: boolean): boolean {
  return (spec?.interfaces ?? []).every(({ netboot }) => netboot?.allowPXE === allowPXE);
}

async function setAllowPxe(
  key: ResourceKey,
  allowPXE: boolean,
  { hardware }: Deps,
  isHeldByOther: () => Promise<boolean> = async () => false,
): Promise<Toggled> {
  const machine = await hardware.get(key);
  if (machine === undefined) return (await hardware.faultOf(key)) === undefined ? "no-hardware" : "unusable-hardware";
  if (await isHeldByOther()) return "held";
  if (isAllowPxe(machine, allowPXE)) return "done";
  await hardware.update(withAllowPxe(machine, allowPXE));
  return "done";
}

function withAllowPxe(machine: Hardware, allowPXE: boolean): Hardware {
  const interfaces = machine.spec?.interfaces ?? [];
  const toggled = interfaces.map((each) => ({ ...each, netboot: { ...each.netboot, allowPXE } }));
  return { ...machine, spec: { ...machine.spec, interfaces: toggled } };
}

async function isHeld({ namespace, name }: ResourceKey, workflowUID: string, { workflows }: Deps): Promise<boolean> {
  const fields = [{ key: "spec.hardwareRef", operator: "in", values: [name] }] as const;
  const { items } = await workflows.list({ namespace, fields });
  return items.some((other) => other.metadata.uid !== workflowUID && holdsPermission(other));
}

async function retryOnConflict<T>(attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      const conflict = error instanceof StoreError && error.code === "conflict";
      if (!conflict || attempts === mostAttempts) throw error;
    }
  }
}
