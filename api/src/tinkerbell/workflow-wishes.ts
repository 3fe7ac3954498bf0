// What people may ask of a workflow that is there: to begin again, to stop, to wait as long as they say. Annotations, so that manifests of
// upstream's CRD stay valid and kubectl can ask as well: `kubectl annotate workflow/NAME metal.neverland.dev/retry="$(date)"`.
import { member } from "../json-value.ts";
import type { ValueFault } from "./hardware-faults.ts";
import { show } from "./interface-doubts.ts";
import type { Workflow } from "./workflow.ts";

/** Any value that it did not have before asks for another attempt. */
export const retryAnnotation = "metal.neverland.dev/retry";
/** The name of the action at which the next attempt begins; those before it count as done. */
export const retryFromAnnotation = "metal.neverland.dev/retry-from";
/** Any value that it did not have before ends the workflow, and its running action. */
export const cancelAnnotation = "metal.neverland.dev/cancel";
/** How long the workflow waits for its worker: `90s`, `2h`, `7d`; `never` or `0` for no end. */
export const waitTimeoutAnnotation = "metal.neverland.dev/wait-timeout";

/** What is remembered of a value, so that a status stays small. */
const mostRemembered = 128;
const mostNamed = 20;

/** The value that asks for another attempt and was not heeded yet. */
export function pendingRetry({ metadata, status }: Workflow): string | undefined {
  return pending(metadata.annotations?.[retryAnnotation], status?.lastHandledRetry);
}

/** The value that asks to stop and was not heeded yet. */
export function pendingCancel({ metadata, status }: Workflow): string | undefined {
  return pending(metadata.annotations?.[cancelAnnotation], status?.lastHandledCancel);
}

/** Why its running action is to stop, as a clause; `undefined`: it is to go on. */
export function whyStop(workflow: Workflow): string | undefined {
  if (workflow.metadata.deletionTimestamp) return "the workflow was deleted";
  return pendingCancel(workflow) === undefined ? undefined : "the workflow was cancelled";
}

function pending(value: string | undefined, handled: string | undefined): string | undefined {
  const wish = value?.slice(0, mostRemembered);
  return wish === undefined || wish === "" || wish === handled ? undefined : wish;
}

const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
const mostSeconds = 100 * 365 * 86_400;

/**
 * @param text As `metal.neverland.dev/wait-timeout` has it.
 * @returns Seconds, `Infinity` for no end; `undefined` for what is no such time.
 */
export function waitTimeoutSeconds(text: string): number | undefined {
  const plain = text.trim();
  if (plain === "never" || /^0+[smhd]?$/.test(plain)) return Number.POSITIVE_INFINITY;
  if (!/^(\d{1,9}[smhd])+$/.test(plain)) return undefined;
  const parts = plain.matchAll(/(\d+)([smhd])/g);
  let seconds = 0;
  for (const [, count, unit] of parts) seconds += Number(count) * unitSeconds[unit as keyof typeof unitSeconds];
  return seconds > 0 && seconds <= mostSeconds ? seconds : undefined;
}

/** Why a wait is of no use as it is written; `undefined` when it is. */
export function waitTimeoutFault(text: string): string | undefined {
  if (waitTimeoutSeconds(text) !== undefined) return undefined;
  return `expected how long the workflow waits for its worker, such as 90s, 2h or 7d, or never, found ${show(text)}`;
}

/** Of what is asked for by annotations: what would be passed over in silence. */
export function workflowFaults(workflow: object): ValueFault[] {
  const annotations = member(member(workflow, "metadata"), "annotations");
  const rules = [
    [waitTimeoutAnnotation, waitTimeoutFault],
    [retryAnnotation, wishFault],
    [cancelAnnotation, wishFault],
    [retryFromAnnotation, (name: string) => retryFromFault(name, member(member(workflow, "status"), "tasks"))],
  ] as const;
  return rules.flatMap(([name, rule]) => {
    const text = member(annotations, name);
    const message = typeof text === "string" ? rule(text) : undefined;
    return message === undefined ? [] : [{ path: ["metadata", "annotations", name], message }];
  });
}

function wishFault(text: string): string | undefined {
  const expected = `expected a text that it did not have before, such as the time, of 1 to ${mostRemembered} characters`;
  return text === "" || text.length > mostRemembered ? `${expected}, found ${show(text)}` : undefined;
}

/** @param tasks As they were rendered last; before that no action is known. */
function retryFromFault(from: string, tasks: unknown): string | undefined {
  const known = (Array.isArray(tasks) ? tasks : []).flatMap((task) => {
    const actions = member(task, "actions");
    return (Array.isArray(actions) ? actions : []).map((action) => member(action, "name"));
  });
  if (from === "" || known.length === 0 || known.includes(from)) return undefined;
  const names = [...new Set(known)].slice(0, mostNamed).join(", ");
  return `expected the action at which another attempt begins, one of ${names}, found ${show(from)}`;
}
