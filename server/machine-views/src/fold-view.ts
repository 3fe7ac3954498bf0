// The one answer to where a machine stands: of its Hardware, its Workflows, and what was last heard of it. Pure.
import {
  byTelling,
  type FieldStep,
  fieldSteps,
  fieldsAt,
  type Hardware,
  hardwareTrouble,
  type MachineViewContent,
  type ViewReason,
  type Workflow,
  workflowLock,
} from "@neverland/api";
import { formatSeconds } from "@neverland/platform/time/clock.ts";
import type { MachineFacts } from "@neverland/timeline/machine-facts.ts";
import { stepsOf } from "@neverland/workflow-rules/actions/actions-in-order.ts";
import type { KnownMachine, Stranger } from "./heard-machine.ts";
import { attention, fine, type Standing, timeMs } from "./standing.ts";
import { forbidden, withWorkflow } from "./workflow-standing.ts";

const macSteps = fieldSteps("spec.interfaces[].dhcp.mac");
const addressSteps = fieldSteps("spec.interfaces[].dhcp.ip.address");
const piSteps = fieldSteps("spec.interfaces[].netboot.rpi.serialNum");
const mostMessage = 480;
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
