// Says of every WorkflowRuleSet that nothing here acts on it yet, so that nobody waits for Workflows that do not come.
import { kinds, ruleSetIsIdle, type WorkflowRuleSet } from "@neverland/api";
import type { Controller } from "@neverland/controller-kit/controller.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { type Goal, withGoal } from "./goal/goal.ts";
import { statusController } from "./goal/status-controller.ts";

const goal: Goal = { is: "stalled", reason: "NotImplemented", message: ruleSetIsIdle };

export function ruleSetController({ clock }: { readonly clock: Pick<Clock, "nowMs"> }): Controller {
  return statusController<WorkflowRuleSet>({
    name: "rule-set-controller",
    kind: kinds.WorkflowRuleSet,
    clock,
    statusOf: ({ metadata, status }, time) => withGoal(status ?? {}, goal, metadata.generation, time),
  });
}
