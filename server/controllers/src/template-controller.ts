// Says of every Template whether its text can be read at all, and where not, before any Workflow uses it.
import { kinds, type Template, type TemplateStatus } from "@neverland/api";
import type { Controller } from "@neverland/controller-kit/controller.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import type { CheckTemplate } from "@neverland/workflow-rules/written/render-workflow.ts";
import { type Goal, withGoal } from "./goal/goal.ts";
import { statusController } from "./goal/status-controller.ts";

type Deps = { readonly check: CheckTemplate; readonly clock: Pick<Clock, "nowMs"> };

export function templateController({ check, clock }: Deps): Controller {
  const statusOf = ({ metadata, spec, status }: Template, time: string): TemplateStatus => {
    const message = check({ name: metadata.name, data: spec?.data ?? "" }).join("; ");
    const { state: _state, message: _message, ...kept } = status ?? {};
    const said: TemplateStatus = message === "" ? { ...kept, state: "Ready" } : { ...kept, state: "Error", message };
    return withGoal(said, goalOf(message), metadata.generation, time);
  };
  return statusController({ name: "template-controller", kind: kinds.Template, clock, statusOf });
}

function goalOf(problems: string): Goal {
  return problems === ""
    ? { is: "reached", reason: "CanBeRead", message: "the template can be read" }
    : { is: "stalled", reason: "CannotBeRead", message: problems };
}
