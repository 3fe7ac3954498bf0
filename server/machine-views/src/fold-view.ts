// The one answer to where a machine stands: of its Hardware, its Workflows, and what was last heard of it. Pure.
import {
  bootSteps,
  byTelling,
  eventReasonInfo,
  type FieldStep,
  fieldSteps,
  fieldsAt,
  type Hardware,
  hardwareTrouble,
  type MachineViewContent,
  notSeen,
  type RenderFailure,
  type RivalClaim,
  type ViewHealth,
  type ViewReason,
  type ViewState,
  type Workflow,
  whatToMend,
  workflowLock,
} from "@neverland/api";
import { formatSeconds } from "@neverland/platform/time/clock.ts";
import type { MachineFacts } from "@neverland/timeline/machine-facts.ts";
import { stepsOf } from "@neverland/workflow-rules/actions/actions-in-order.ts";

/** A machine with Hardware, whether a schema accepts that or not. */
export type KnownMachine = {
  readonly hardware: Hardware;
  /** No schema accepts it. */
  readonly isFaulty: boolean;
  readonly rivals: readonly RivalClaim[];
  /** Those whose `hardwareRef` or agent is the machine. */
  readonly workflows: readonly Workflow[];
  readonly facts: MachineFacts | undefined;
  /** As its worker says. */
  readonly serial: () => string | undefined;
  /** Machines without Hardware that were heard of late, and whose MAC is nearly this one's. Asked where it counts alone. */
  readonly near: () => readonly string[];
  /** When a workflow is given up unless it goes on, in ms since 1970; `undefined` when it is not. */
  readonly deadlineMs: (workflow: Workflow) => number | undefined;
  /** Why machines that have no address yet are not answered, if so. */
  readonly unheard?: string | undefined;
};

/** A machine that was heard and has no Hardware. */
export type Stranger = {
  readonly mac: string;
  readonly facts: MachineFacts;
  /** Those that are waited for, and whose MAC is nearly this one: `namespace/name`, MAC. */
  readonly near: readonly { readonly name: string; readonly mac: string }[];
};

type Standing = {
  readonly state: ViewState;
  readonly health: ViewHealth;
  readonly reason: string;
  /** Without its full stop. */
  readonly message: string;
  readonly sinceMs: number;
};

const macSteps = fieldSteps("spec.interfaces[].dhcp.mac");
const addressSteps = fieldSteps("spec.interfaces[].dhcp.ip.address");
const piSteps = fieldSteps("spec.interfaces[].netboot.rpi.serialNum");
const mostMessage = 480;
const forbidden = "WorkflowsForbidden" satisfies RenderFailure & ViewReason;

export function foldStranger({ mac, facts, near }: Stranger): MachineViewContent {
  const [first] = near;
  const hint =
    first === undefined
      ? "apply a Hardware with this MAC if it is to be served"
      : `Hardware ${first.name} waits for ${first.mac}, which is nearly the same: put the right one into the Hardware, or both where they are two ports of it`;
  return {
    macs: [mac],
    ...(facts.address && { addresses: [facts.address] }),
    ...shown({
      state: "unknown",
      health: "attention",
      reason: (first === undefined ? "UnknownMachine" : "NearMac") satisfies ViewReason,
      message: `${mac} asked this server, and no Hardware has its MAC; ${hint}`,
      sinceMs: facts.firstMs,
    }),
    ...heard(facts),
  };
}

export function foldKnown(machine: KnownMachine): MachineViewContent {
  const { hardware, workflows, facts } = machine;
  const [workflow] = byTelling(workflows.filter(isTold));
  const addresses = textsAt(hardware, addressSteps);
  const owner = ownerOf(hardware);
  const [serial = machine.serial()] = textsAt(hardware, piSteps);
  return {
    macs: textsAt(hardware, macSteps),
    ...(addresses.length > 0 && { addresses }),
    ...(serial && { serial }),
    ...shown(standingOf(machine, workflow)),
    ...(workflow !== undefined && ofWorkflow(workflow, machine.deadlineMs(workflow))),
    ...(facts !== undefined && heard(facts)),
    ...(owner !== undefined && { owner }),
  };
}

/** Whether it is a machine that is waited for and was not heard: one whose MAC may be wrong. */
export function isMissing({ state, reason }: Pick<MachineViewContent, "state" | "reason">): boolean {
  const missing: readonly string[] = ["NotSeen", "NotHeard", "NearMac"] satisfies ViewReason[];
  return state === "waiting" && missing.includes(reason);
}

/** Of those that are being deleted: one whose action still runs has the machine until that has ended. */
function isTold({ metadata, status }: Workflow): boolean {
  return !metadata.deletionTimestamp || status?.state === "RUNNING";
}

function shown({ state, health, reason, message, sinceMs }: Standing) {
  const text = message.length > mostMessage ? `${message.slice(0, mostMessage - 1)}…` : message;
  return { state, health, reason, message: `${text}.`, ...(sinceMs > 0 && { since: formatSeconds(sinceMs) }) };
}

function heard({ seenMs, power }: MachineFacts) {
  return { ...(seenMs > 0 && { lastSeen: formatSeconds(seenMs) }), ...(power && { power }) };
}

function ofWorkflow(workflow: Workflow, deadlineMs: number | undefined) {
  const steps = stepsOf(workflow.status ?? {});
  const at = steps.findIndex(({ action }) => action.state !== "SUCCESS");
  const current = steps[at]?.action;
  return {
    workflow: workflow.metadata.name,
    ...(steps.length > 0 && { percent: Math.floor((100 * (at < 0 ? steps.length : at)) / steps.length) }),
    ...(current && { action: { name: current.name, number: at + 1, of: steps.length } }),
    ...(deadlineMs !== undefined && { deadline: formatSeconds(deadlineMs) }),
  };
}

function standingOf(machine: KnownMachine, workflow: Workflow | undefined): Standing {
  const { hardware, isFaulty, rivals } = machine;
  const { metadata } = hardware;
  const madeMs = timeMs(metadata.creationTimestamp);
  if (metadata.deletionTimestamp) {
    const message = `Hardware ${metadata.name} is being deleted${heldBy(metadata.finalizers)}`;
    return { ...fine("deleting", "Deleting", message), sinceMs: timeMs(metadata.deletionTimestamp) };
  }
  const macs = fieldsAt(hardware, macSteps);
  if (isFaulty || rivals.length > 0 || macs.every(({ value }) => value === "")) {
    const { fault, because, todo } = hardwareTrouble(hardware, rivals);
    const reason = isFaulty ? "NotOfItsSchema" : rivals.length > 0 ? "DuplicateClaim" : "NoMac";
    const why = because[0] === undefined ? "" : ` (${because[0]})`;
    if (fault !== undefined)
      return { ...attention("unusable", reason, `${fault}${why}; ${todo[0] ?? ""}`), sinceMs: madeMs };
  }
  return workflow === undefined ? withoutWorkflow(machine, madeMs) : withWorkflow(workflow, machine);
}

function withoutWorkflow({ hardware, facts }: KnownMachine, madeMs: number): Standing {
  const lock = workflowLock(hardware);
  if (lock !== undefined) return { ...fine("idle", forbidden, `no workflow is for it: ${lock}`), sinceMs: madeMs };
  const todo = `apply a Workflow with hardwareRef: ${hardware.metadata.name}`;
  if (facts?.stage === "worker")
    return {
      ...fine("in-hook", "Worker", `its worker waits, and no workflow is for it; ${todo}`),
      sinceMs: facts.stageMs,
    };
  return { ...fine("idle", "NoWorkflow", `no workflow is for it; ${todo}`), sinceMs: madeMs };
}

function withWorkflow(workflow: Workflow, machine: KnownMachine): Standing {
  const { metadata, spec, status } = workflow;
  const { name } = metadata;
  const sinceMs = timeMs(status?.stateSince) || timeMs(metadata.creationTimestamp);
  const said = (type: string) => status?.conditions?.find((each) => each.type === type);
  switch (status?.state ?? "") {
    case "":
      if (spec?.disabled === true)
        return {
          ...fine(
            "waiting",
            "WorkflowDisabled",
            `workflow ${name} is disabled; set spec.disabled to false to start it`,
          ),
          sinceMs,
        };
      if (status?.templateRendering === "failed") {
        const { message: why = "its template does not render", reason } = said("TemplateRenderedSuccess") ?? {};
        return {
          ...attention(
            "waiting",
            reason === forbidden ? forbidden : "TemplateFailed",
            `workflow ${name}: ${why}; ${whatToMend(workflow)}`,
          ),
          sinceMs,
        };
      }
      return {
        ...fine("waiting", "WorkflowNew", `workflow ${name} was just made; see that tink up runs with its controllers`),
        sinceMs,
      };
    case "PREPARING":
      return { ...fine("waiting", "Preparing", `workflow ${name} waits for its machine to be prepared`), sinceMs };
    case "PENDING":
      return pending(workflow, machine, sinceMs);
    case "RUNNING":
      return running(workflow, machine, sinceMs);
    case "POST":
      return {
        ...fine("provisioning", "Finishing", `workflow ${name} has done its actions and is being wrapped up`),
        sinceMs,
      };
    case "SUCCESS":
      return succeeded(name, machine, sinceMs);
    default: {
      const isTimeout = status?.state === "TIMEOUT";
      const why = said("Succeeded")?.message ?? (isTimeout ? "it ran out of time" : "it failed");
      const message = `workflow ${name}: ${why}; tink logs workflow/${name} shows what its actions printed`;
      return {
        state: "failed",
        health: "failed",
        reason: isTimeout ? "WorkflowTimedOut" : "WorkflowFailed",
        message,
        sinceMs,
      };
    }
  }
}

function pending(workflow: Workflow, { hardware, facts, near, unheard }: KnownMachine, sinceMs: number): Standing {
  const { name } = workflow.metadata;
  const lock = workflowLock(hardware);
  if (lock !== undefined)
    return {
      ...attention("waiting", forbidden, `workflow ${name}: ${lock}; tink workflow cancel ${name} ends it`),
      sinceMs,
    };
  const other = workflow.status?.conditions?.find(
    ({ type, status }) => type === "WorkerOfHardware" && status === "False",
  );
  if (other !== undefined)
    return { ...attention("waiting", "WorkerOfOtherMachine", `workflow ${name}: ${other.message ?? ""}`), sinceMs };
  if (facts === undefined || facts.seenMs < sinceMs) {
    const waits = `workflow ${name} waits for the machine, which has not been seen since`;
    const [first] = near();
    if (first !== undefined) {
      const message = `${waits}; ${first} asked, which has no Hardware and differs a little: put the right MAC into the Hardware, or both where they are two ports of it`;
      return { ...attention("waiting", "NearMac", message), sinceMs };
    }
    if (unheard !== undefined) return { ...attention("waiting", "NotHeard", `${waits}: ${unheard}`), sinceMs };
    return { ...fine("waiting", "NotSeen", `${waits}; ${notSeen.hint}`), sinceMs };
  }
  const { stage, stageMs, refusal } = facts;
  const state = stage === undefined || stage === "system" ? "waiting" : stage === "worker" ? "in-hook" : "booting";
  const from = Math.max(stageMs, sinceMs);
  if (refusal !== undefined && refusal.atMs >= sinceMs) return { ...refused(state, refusal), sinceMs: from };
  if (stage === undefined)
    return { ...fine("waiting", "NotSeen", `workflow ${name} waits for ${notSeen.next}`), sinceMs };
  const { did, next, hint } = bootSteps[stage];
  return { ...fine(state, stageReasons[stage], `it ${did}, and the next step is ${next}; ${hint}`), sinceMs: from };
}

const stageReasons = {
  address: "Address",
  loader: "Loader",
  script: "Script",
  kernel: "Kernel",
  worker: "Worker",
  system: "System",
} as const satisfies Record<string, ViewReason>;

function running(workflow: Workflow, { facts }: KnownMachine, sinceMs: number): Standing {
  const { name } = workflow.metadata;
  const action = stepsOf(workflow.status ?? {}).find(({ action: { state } }) => state !== "SUCCESS")?.action;
  if (action?.state !== "RUNNING") {
    const message = `workflow ${name} is between actions: its worker is to ask for "${action?.name ?? ""}"; if it does not, look at the console`;
    return { ...fine("provisioning", "BetweenActions", message), sinceMs };
  }
  const stopping = workflow.status?.conditions?.find(({ type, status }) => type === "Stopping" && status === "True");
  if (stopping !== undefined) {
    const message = `${stopping.message ?? ""}; until it has ended, it may write to the machine's disks`;
    return { ...fine("provisioning", "Stopping", message), sinceMs: timeMs(stopping.lastTransitionTime) || sinceMs };
  }
  const refusal = facts?.refusal;
  if (refusal !== undefined && refusal.atMs >= timeMs(action.executionStart))
    return { ...refused("provisioning", refusal), sinceMs };
  const message = `action "${action.name}" of workflow ${name} runs; tink logs -f workflow/${name} shows what it prints`;
  return { ...fine("provisioning", "ActionRunning", message), sinceMs };
}

function succeeded(name: string, { facts }: KnownMachine, sinceMs: number): Standing {
  const done = `workflow ${name} succeeded`;
  if (facts?.refusal?.reason === "AddressInUse" && facts.refusal.atMs >= sinceMs)
    return { ...refused("provisioned", facts.refusal), sinceMs };
  if (facts?.stage === "system" && facts.seenMs >= sinceMs)
    return { ...fine("provisioned", "SystemUp", `${done}, and the installed system was heard since`), sinceMs };
  return { ...fine("provisioned", "WorkflowSucceeded", `${done}; its installed system was not heard yet`), sinceMs };
}

function refused(state: ViewState, { reason, message }: { reason: string; message: string }) {
  const mend = eventReasonInfo(reason)?.mend;
  return attention(state, reason, `${message}${mend === undefined ? "" : `; ${mend}`}`);
}

function fine(state: ViewState, reason: ViewReason, message: string) {
  return { state, health: "ok", reason, message } as const;
}

function attention(state: ViewState, reason: string, message: string) {
  return { state, health: "attention", reason, message } as const;
}

function heldBy(finalizers: readonly string[] | null | undefined): string {
  return finalizers?.length ? `, held by ${finalizers.join(", ")}` : "";
}

/** Cluster API's provider claims machines by labels; others own them as Kubernetes has it. */
function ownerOf({ metadata }: Hardware): string | undefined {
  const owner = metadata.ownerReferences?.[0];
  if (owner !== undefined) return `${owner.kind}/${owner.name}`;
  const claimed = metadata.labels?.["v1alpha1.tinkerbell.org/ownerName"];
  return claimed ? `TinkerbellMachine/${claimed}` : undefined;
}

/** Of any object: one that no schema accepts may have anything anywhere. */
function textsAt(hardware: Hardware, path: readonly FieldStep[]): string[] {
  const texts = fieldsAt(hardware, path).flatMap(({ value }) => (typeof value === "string" && value ? value : []));
  return [...new Set(texts)].slice(0, mostTexts);
}

const mostTexts = 16;

function timeMs(text: string | null | undefined): number {
  return Date.parse(text ?? "") || 0;
}
