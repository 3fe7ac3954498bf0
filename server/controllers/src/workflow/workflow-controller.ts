// Brings every Workflow forward whenever something it depends on changes, or its time has come.
import {
  type ActionReport,
  formatKey,
  isFinalState,
  kinds,
  type Resource,
  spellingsOf,
  takeBackFinalizer,
  type Workflow,
} from "@neverland/api";
import type { Affected, Controller, Watch } from "@neverland/controller-kit/controller.ts";
import { typedStore } from "@neverland/store/typed-resources.ts";
import type { BootContact } from "@neverland/timeline/boot-contacts.ts";
import { rebootExpectedSinceMs } from "@neverland/workflow-rules/actions/reboot-action.ts";
import type { AgentQueues } from "@neverland/workflow-rules/agents/agent-queues.ts";
import type { WorkflowControllerDeps } from "../ports.ts";
import { giveBack } from "./give-back.ts";
import { hasLoans } from "./loans.ts";
import { reconcileWorkflow } from "./reconcile-workflow.ts";
import { statusOf } from "./steps/step.ts";

export type WorkflowControllerOptions = Omit<
  WorkflowControllerDeps,
  "workflows" | "templates" | "hardware" | "reports" | "queues"
> & {
  /** Kept by the controller. */
  readonly queues: AgentQueues;
  /** Calls back when a machine is seen starting. @returns What ends that. */
  readonly onBootContact: (listener: (contact: BootContact) => void) => () => void;
};

export function workflowController(options: WorkflowControllerOptions): Controller<Workflow> {
  const { queues } = options;
  return {
    name: "workflow-controller",
    kind: kinds.Workflow,
    watches: [
      whoNames("spec.templateRef", kinds.Template),
      whoNames("spec.hardwareRef", kinds.Hardware),
      {
        kind: kinds.ActionReport,
        // One that goes was folded before.
        affects: ({ spec }: ActionReport, isGone) => (spec === undefined || isGone ? [] : [{ key: spec.workflow }]),
      },
      { kind: kinds.Workflow, affects: (workflow: Workflow, isGone) => whoWaitedBehind(workflow, isGone, queues) },
    ] as Watch<Resource, Workflow>[],
    signals: [
      {
        subscribe: (tell) => options.onBootContact((contact) => whoRunsOn(contact).forEach(tell)),
        pick: (found) => found.filter(({ status }) => rebootExpectedSinceMs(status ?? {}) !== undefined),
      },
    ],
    writes: [
      { kind: kinds.Workflow, part: "status", mode: "exclusive" },
      // Deleted, once the workflow is over; also by the garbage collector, once it has gone.
      { kind: kinds.ActionReport, part: "whole", mode: "shared" },
      // `allowPXE` of its interfaces alone; the rest is people's.
      { kind: kinds.Hardware, part: "spec", mode: "shared" },
    ],
    // One workflow of a machine at a time: the permission to netboot is theirs together.
    limits: { concurrency: 32, concurrencyPerGroup: 1 },
    groupOf: ({ metadata, spec }) => formatKey({ ...metadata, name: spec?.hardwareRef || metadata.uid }),
    finalizer: { name: takeBackFinalizer, isNeeded: (workflow) => hasLoans(workflow) || isHeldInDeletion(workflow) },
    begin: (store) => {
      queues.clear();
      const deps = {
        ...options,
        workflows: typedStore(store, kinds.Workflow),
        templates: typedStore(store, kinds.Template),
        hardware: typedStore(store, kinds.Hardware),
        reports: typedStore(store, kinds.ActionReport),
      };
      return {
        heard: (workflow, isGone) =>
          void (isGone ? queues.remove(workflow.metadata, options.clock.nowMs()) : queues.put(workflow)),
        reconcile: async (workflow, signal) => await reconcileWorkflow(workflow, deps, signal),
        finalize: async (workflow, signal) => await giveBack(workflow, deps, signal),
      };
    },
  };
}

/** It was put on by a deletion that is on its way, which may come before the state says that an action was begun. */
function isHeldInDeletion({ metadata, status }: Workflow): boolean {
  const { state } = status ?? {};
  return (state === "RUNNING" || state === "PENDING") && metadata.finalizers?.includes(takeBackFinalizer) === true;
}

function whoNames(by: string, kind: Watch["kind"]): Watch {
  return { kind, affects: ({ metadata: { namespace, name } }) => [{ by, values: [name], namespace }] };
}

/** When a workflow has ended, is to go or gone, or has gone on to another worker, the one behind it is next. */
function whoWaitedBehind(workflow: Workflow, isGone: boolean, queues: AgentQueues): Affected[] {
  const { state, tasks } = statusOf(workflow);
  const agents = new Set(tasks?.map(({ agentID }) => agentID));
  const isLeft = isGone || isFinalState(state) || agents.size > 1 || Boolean(workflow.metadata.deletionTimestamp);
  if (!isLeft) return [];
  return [...agents].flatMap((agent) => queues.first(agent) ?? []).map(({ id }) => ({ key: id }));
}

function whoRunsOn({ namespace, hardware, mac }: BootContact): Affected[] {
  return [
    ...(hardware === undefined ? [] : [{ by: "spec.hardwareRef", values: [hardware], namespace }]),
    ...(mac === undefined ? [] : [{ by: "status.agentID", values: spellingsOf(mac) }]),
  ];
}
