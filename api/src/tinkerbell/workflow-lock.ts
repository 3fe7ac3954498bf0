// The lock of a machine that no workflow may touch: `allowWorkflow: false` at any of its interfaces. Tinkerbell's first servers began no worker
// on such a machine; today's pass it over. Here no Workflow is started (start-workflow.ts), no action given out (agent-gate.ts) and no permission lent
// (netboot-loans.ts), and view and explain say so.
import type { HardwareSpec } from "./hardware.ts";

type Locked = { readonly metadata: { readonly name: string }; readonly spec?: HardwareSpec | undefined };

/** @returns That, and by which field, as a clause; `undefined`: workflows may be run on it. */
export function workflowLock({ metadata, spec }: Locked): string | undefined {
  const at = (spec?.interfaces ?? []).findIndex(({ netboot }) => netboot?.allowWorkflow === false);
  if (at === -1) return undefined;
  return `Hardware ${metadata.name} forbids workflows (spec.interfaces[${at}].netboot.allowWorkflow is false)`;
}

/** As the end of "next: ...". */
export function unlockAdvice(hardware: string): string {
  return `leave its machine alone, or take allowWorkflow: false out of Hardware ${hardware}`;
}
