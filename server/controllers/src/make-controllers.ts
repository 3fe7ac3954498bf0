// Makes every controller there is.
import { type KindInfo, kinds } from "@neverland/api";
import type { ComponentDeps, Parts } from "@neverland/component-kit/component.ts";
import { ControllerRuntime } from "@neverland/controller-kit/controller-runtime.ts";
import { AgentQueues } from "@neverland/workflow-rules/agents/agent-queues.ts";
import { defaultLimits } from "@neverland/workflow-rules/limits.ts";
import { checkTemplate, renderWorkflow } from "@neverland/workflow-rules/written/render-workflow.ts";
import { bmcControllers } from "./bmc/bmc-controllers.ts";
import { garbageCollector } from "./garbage-collection/garbage-collector.ts";
import { hardwareController } from "./hardware-controller.ts";
import { namespaceController } from "./namespace-controller.ts";
import { retention } from "./retention.ts";
import { ruleSetController } from "./rule-set-controller.ts";
import { templateController } from "./template-controller.ts";
import { deadlineMs } from "./workflow/deadline-ms.ts";
import { noPowerControl } from "./workflow/no-power-control.ts";
import { workflowController } from "./workflow/workflow-controller.ts";

type Deps = Pick<
  ComponentDeps<{ readonly retentionDays: number; readonly waitTimeoutHours: number }>,
  "config" | "store" | "clock" | "random" | "randomBytes" | "contacts" | "record" | "onError" | "lent"
>;

export function makeControllers(deps: Deps): Pick<Parts, "services" | "lends"> {
  const { store, clock, random, randomBytes, contacts, record, onError, lent } = deps;
  const { retentionDays, waitTimeoutHours } = deps.config;
  const waiting = {
    clock,
    queues: new AgentQueues(),
    limits: { ...defaultLimits, pendingTimeoutSeconds: waitTimeoutHours * 3600 || Number.POSITIVE_INFINITY },
    listeningSinceMs: () => lent.listeningSinceMs?.(),
  };
  const workflows = workflowController({
    ...{ ...waiting, randomBytes, record },
    render: renderWorkflow,
    power: noPowerControl,
    bootContactMs: (machine) => contacts.bootContactMs(machine),
    onBootContact: (listener) => contacts.onBootContact(listener),
  });
  const all = Object.values<KindInfo>(kinds).filter(({ isView }) => !isView);
  const controllers = [
    templateController({ check: checkTemplate, clock }),
    hardwareController({ clock, record }),
    ...bmcControllers({ clock }),
    ruleSetController({ clock }),
    workflows,
    // Events are kept elsewhere, are very many, and nobody owns or is owned by one.
    garbageCollector({ clock, random, onError, kinds: all.filter((kind) => kind !== kinds.MachineEvent) }),
    namespaceController({ clock, kinds: all }),
    retention({ ...{ clock, record, onError }, kinds: all, keepMs: retentionDays * 86_400_000 }),
  ];
  return {
    services: [new ControllerRuntime(controllers, { store, clock, random, onError })],
    lends: { deadlineMs: (workflow) => deadlineMs(workflow, waiting) },
  };
}
