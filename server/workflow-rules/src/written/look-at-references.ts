// What is said of the objects that a written object names: those that are not there, and of a Workflow whether it renders with those that are.
import {
  accepts,
  agentKey,
  type Finding,
  fieldsAt,
  type Hardware,
  type KindInfo,
  kinds,
  type MachineLookup,
  member,
  missingReferences,
  type Resource,
  type Template,
  type Workflow,
  workflowLock,
} from "@neverland/api";
import type { RenderLimits } from "@neverland/templates";
import { longestLookedAt } from "./look-at-template.ts";
import { renderWorkflow } from "./render-workflow.ts";
import { isMac, whyOther } from "./worker-of-hardware.ts";

/** What a look may cost. What needs more is not rendered here: its controller tells, in the Workflow's conditions. */
export type LookLimits = RenderLimits & { readonly templateBytes: number; readonly hardwareBytes: number };

/** A few milliseconds, for who has others to answer. Templates that people write are half as long. */
export const briefLook: LookLimits = {
  ...{ templateBytes: 8 * 1024, hardwareBytes: 64 * 1024 },
  ...{ steps: 5000, outputBytes: 8 * 1024 },
};

/** Of a workflow: each costs a look-up. */
const mostWorkers = 32;

/**
 * None of it is a reason to refuse: objects come in any order, and what they name may be mended after them.
 * @param object As it is, or is to be; with a namespace if its kind has one.
 */
export async function lookAtReferences(
  kind: KindInfo,
  object: Resource,
  lookup: MachineLookup,
  limits?: LookLimits,
): Promise<Finding[]> {
  if (kind.references === undefined || isBegun(kind, object)) return [];
  const missing = await missingReferences(kind, object, object.metadata.namespace, lookup);
  if (missing.length > 0 || kind.kind !== kinds.Workflow.kind) return missing;
  return await lookAtRun(object as Workflow, lookup, limits); // it is of that kind, and was accepted
}

/** Once an action of it was given out it stays as it was rendered, whatever becomes of what it names. */
function isBegun(kind: KindInfo, { status }: Resource): boolean {
  const state = member(status, "state") ?? "";
  return kind.kind === kinds.Workflow.kind && !["", "PREPARING", "PENDING"].some((each) => each === state);
}

async function lookAtRun(
  workflow: Workflow,
  lookup: MachineLookup,
  limits: LookLimits | undefined,
): Promise<Finding[]> {
  const { spec, metadata } = workflow;
  const { templateRef = "", hardwareRef = "" } = spec ?? {};
  if (templateRef === "") return [{ path: ["spec"], message: "no Template is named: set templateRef" }];
  const { namespace } = metadata;
  const template = await lookup.get(kinds.Template, { namespace, name: templateRef });
  const hardware = hardwareRef ? await lookup.get(kinds.Hardware, { namespace, name: hardwareRef }) : undefined;
  // What is stored and cannot be used has its own sentence, and what nobody looked at as it was written is not rendered here either.
  if (!isTemplate(template) || !(hardware === undefined || isHardware(hardware))) return [];
  const locks = lockOf(hardware, ["spec", "hardwareRef"]);
  if (limits !== undefined && isOver(limits, { template, hardware, workflow })) return locks;
  const rendered = renderWorkflow({ workflow, template, hardware, limits });
  if ("problems" in rendered) {
    if (limits !== undefined && rendered.isOverLimit) return locks;
    const whose = hardware === undefined ? "" : ` for Hardware ${hardwareRef}`;
    const why = rendered.problems.join("; ");
    return [
      ...locks,
      { path: ["spec", rendered.field], message: `Template ${templateRef} does not render${whose}: ${why}` },
    ];
  }
  const workers = [...new Set(rendered.document.tasks.map(({ worker }) => worker))];
  return [...locks, ...(await lookAtWorkers(workers, hardware, spec?.hardwareMap ?? {}, lookup))];
}

function isOver(
  { templateBytes, hardwareBytes }: LookLimits,
  { template, hardware, workflow }: { template: Template; hardware: Hardware | undefined; workflow: Workflow },
): boolean {
  const inputs = JSON.stringify([hardware, workflow.spec?.hardwareMap]);
  return Buffer.byteLength(template.spec?.data ?? "") > templateBytes || inputs.length > hardwareBytes;
}

/** The workflow waits, however long, until somebody takes the lock away. */
function lockOf(hardware: Hardware | undefined, path: readonly string[]): Finding[] {
  const lock = hardware && workflowLock(hardware);
  return lock === undefined ? [] : [{ path, message: `${lock}: no worker begins this until that is gone` }];
}

async function lookAtWorkers(
  workers: readonly string[],
  hardware: Hardware | undefined,
  hardwareMap: Readonly<Record<string, string>>,
  lookup: MachineLookup,
): Promise<Finding[]> {
  const pathOf = (worker: string): string[] => {
    const entry = Object.entries(hardwareMap).find(([, value]) => value === worker);
    return entry === undefined ? ["spec", "templateRef"] : ["spec", "hardwareMap", entry[0]];
  };
  const other = hardware && whyOther(hardware, workers);
  if (other !== undefined) return [{ path: pathOf(workers[0] ?? ""), message: other }];
  for (const worker of workers.slice(0, mostWorkers)) {
    const machine = await lookup.machineOf(worker);
    if (machine !== undefined) {
      const isOther = member(member(machine, "metadata"), "name") !== hardware?.metadata.name;
      const locks = isOther && isHardware(machine) ? lockOf(machine, pathOf(worker)) : [];
      if (locks.length > 0) return locks;
    }
    if (machine !== undefined || !isMac(agentKey(worker))) continue;
    const message = `no Hardware has the worker ${worker} that the template's tasks are for: no machine gets them`;
    return [{ path: pathOf(worker), message }];
  }
  return [];
}

function isTemplate(object: object | undefined): object is Template {
  const data = object && fieldsAt(object, "spec.data")[0]?.value;
  return typeof data === "string" && Buffer.byteLength(data) <= longestLookedAt;
}

function isHardware(object: object): object is Hardware {
  const { spec = {} } = object as { readonly spec?: unknown }; // which is then asked
  return accepts(kinds.Hardware.spec, spec);
}
