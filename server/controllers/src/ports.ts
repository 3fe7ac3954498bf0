// What controllers need of the world, each with the shape of what it is used for.
import type { ActionReport, Hardware, MachineEventInput, Template, Workflow } from "@neverland/api";
import type { Clock } from "@neverland/platform/time/clock.ts";
import type { TypedStore } from "@neverland/store/typed-resources.ts";
import type { StartingMachine } from "@neverland/timeline/boot-contacts.ts";
import type { AgentQueues } from "@neverland/workflow-rules/agents/agent-queues.ts";
import type { WorkflowLimits } from "@neverland/workflow-rules/limits.ts";
import type { RenderWorkflow } from "@neverland/workflow-rules/written/render-workflow.ts";

export type PowerOutcome =
  | { readonly state: "complete" }
  /** Ask again after `pollAfterMs`. */
  | { readonly state: "running"; readonly pollAfterMs: number }
  | { readonly state: "failed"; readonly reason: string; readonly message: string };

/**
 * Carries out a workflow's `bootMode` through the machine's management controller. Both calls may be made again at any
 * time for the same workflow (by uid), and then say how far the job is.
 */
export interface PowerControl {
  /** Before the workflow: boot device or virtual media, and power. */
  prepare(workflow: Workflow, signal: AbortSignal): Promise<PowerOutcome>;
  /** After its last action: eject what was inserted. */
  finish(workflow: Workflow, signal: AbortSignal): Promise<PowerOutcome>;
}

export type WorkflowControllerDeps = {
  readonly clock: Clock;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly limits: WorkflowLimits;
  /** Since when Tink Server takes reports; `undefined` while it does not, and then nobody is given up for saying nothing. */
  readonly listeningSinceMs: () => number | undefined;
  /** Of Workflows the controller writes the status, and nobody else does. */
  readonly workflows: Pick<TypedStore<Workflow>, "get" | "list" | "updateStatus">;
  /** Which of them wait for which worker. */
  readonly queues: Pick<AgentQueues, "agentFor">;
  readonly templates: Pick<TypedStore<Template>, "get" | "faultOf">;
  /** Of Hardware it writes `spec.interfaces[].netboot.allowPXE`, for workflows that ask for it. */
  readonly hardware: Pick<TypedStore<Hardware>, "get" | "faultOf" | "update">;
  /** Read while the workflow runs, deleted when it is over. */
  readonly reports: Pick<TypedStore<ActionReport>, "list" | "delete">;
  readonly render: RenderWorkflow;
  readonly power: PowerControl;
  /** When the machine was last seen starting, in ms since 1970: a new DISCOVER, a boot file, its metadata. */
  readonly bootContactMs: (machine: StartingMachine) => number | undefined;
  readonly record: (event: MachineEventInput) => void;
};
