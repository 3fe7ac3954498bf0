// When a workflow is given up, for whoever shows it: by the very limits and queue that its controller goes by.
import type { Workflow } from "@neverland/api";
import { deadlineOf } from "@neverland/workflow-rules/deadlines.ts";
import type { WorkflowControllerDeps } from "../ports.ts";
import { limitsOf } from "./limits-of.ts";
import { statusOf } from "./steps/step.ts";

type Deps = Pick<WorkflowControllerDeps, "clock" | "limits" | "listeningSinceMs" | "queues">;

/** @returns In ms since 1970; `undefined`: it is not given up as it stands. */
export function deadlineMs(workflow: Workflow, { clock, limits, listeningSinceMs, queues }: Deps): number | undefined {
  return deadlineOf(statusOf(workflow), {
    limits: limitsOf(workflow, limits),
    listeningSinceMs: listeningSinceMs(),
    asOfNowMs: (stampMs) => clock.asOfNowMs(stampMs),
    agent: queues.agentFor(workflow),
  })?.atMs;
}
