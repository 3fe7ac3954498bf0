// A workflow may name one machine's Hardware and another's MAC as its worker: then the first is let boot and the second is waited for.
import { agentKey, fieldsAt, type Hardware, type WorkflowStatus } from "@neverland/api";
import { withCondition } from "../conditions.ts";

const macPattern = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/;
const mostNamed = 4;
const mostCompared = 16;

/** The status with a condition that says so, or that it is so no more. */
export function noteWorker(hardware: Hardware, status: WorkflowStatus, time: string): WorkflowStatus {
  const type = "WorkerOfHardware";
  const { name } = hardware.metadata;
  const message = whyOther(
    hardware,
    (status.tasks ?? []).map(({ agentID }) => agentID),
  );
  if (message !== undefined)
    return withCondition(status, { type, status: "False", reason: "WorkerOfOtherMachine", message }, time);
  if (!status.conditions?.some((condition) => condition.type === type && condition.status === "False")) return status;
  const mended = `Hardware ${name} has the workflow's worker`;
  return withCondition(status, { type, status: "True", reason: "Complete", message: mended }, time);
}

export function isMac(worker: string): boolean {
  return macPattern.test(worker);
}

/**
 * A worker of any other name may be the machine's own: who starts it may give it one. A task of several may be another machine's.
 * @param named The workers of the workflow's tasks.
 */
export function whyOther(hardware: Hardware, named: readonly string[]): string | undefined {
  const workers = [...new Set(named.map(agentKey))];
  const macs = textsAt(hardware, "spec.interfaces[].dhcp.mac");
  const own = new Set([...macs, ...textsAt(hardware, "spec.agentID")]);
  if (macs.length === 0 || !workers.every((worker) => isMac(worker) && !own.has(worker))) return undefined;
  const { name } = hardware.metadata;
  return `the template's tasks are for worker ${listOf(workers)}, and Hardware ${name}, which hardwareRef names, has ${listOf([...own])}: the machine that boots for this workflow gets no task of it${mistyped(workers, macs)}`;
}

/** Two files that are typed by hand differ by a digit, or by two that changed places. */
function mistyped(workers: readonly string[], macs: readonly string[]): string {
  for (const worker of workers.slice(0, mostCompared))
    for (const mac of macs.slice(0, mostCompared))
      if (digitsApart(worker, mac) <= 2)
        return `; ${worker} and ${mac} differ so little that one of them may be mistyped`;
  return "";
}

function digitsApart(one: string, other: string): number {
  return [...one].filter((digit, at) => digit !== other[at]).length;
}

function textsAt(hardware: Hardware, path: string): string[] {
  return fieldsAt(hardware, path).flatMap(({ value }) => (typeof value === "string" && value ? agentKey(value) : []));
}

function listOf(names: readonly string[]): string {
  const more = names.length - mostNamed;
  return `${names.slice(0, mostNamed).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
