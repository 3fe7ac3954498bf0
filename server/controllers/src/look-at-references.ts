// What is said of the objects that a written object names: those that are not there, and of a Workflow whether it renders with those that are.
import {
  accepts,
  type Finding,
  fieldsAt,
  type Hardware,
  type KindInfo,
  kinds,
  member,
  missingReferences,
  type ObjectLookup,
  type Resource,
  type Template,
  type Workflow,
} from "@neverland/api";
import { longestLookedAt } from "./look-at-template.ts";
import { renderWorkflow } from "./workflow/render-workflow.ts";
import { isMac, whyOther } from "./workflow/worker-of-hardware.ts";

export type RunLookup = ObjectLookup & {
  /** Whether a machine is known by this MAC, or its worker by this name. */
  isMachine(worker: string): Promise<boolean>;
};

/**
 * None of it is a reason to refuse: objects come in any order, and what they name may be mended after them.
 * @param object As it is, or is to be; with a namespace if its kind has one.
 */
export async function lookAtReferences(kind: KindInfo, object: Resource, lookup: RunLookup): Promise<Finding[]> {
  if (kind.references === undefined || isRendered(kind, object)) return [];
  const missing = await missingReferences(kind, object, object.metadata.namespace, lookup);
  if (missing.length > 0 || kind.kind !== kinds.Workflow.kind) return missing;
  return await lookAtRun(object as Workflow, lookup); // it is of that kind, and was accepted
}

/** It stays as it was rendered, whatever becomes of what it names. */
function isRendered(kind: KindInfo, { status }: Resource): boolean {
  return kind.kind === kinds.Workflow.kind && member(status, "templateRendering") === "successful";
}

async function lookAtRun(workflow: Workflow, lookup: RunLookup): Promise<Finding[]> {
  const { spec, metadata } = workflow;
  const { templateRef = "", hardwareRef = "" } = spec ?? {};
  if (templateRef === "") return [{ path: ["spec"], message: "no Template is named: set templateRef" }];
  const { namespace } = metadata;
  const template = await lookup.get(kinds.Template, { namespace, name: templateRef });
  const hardware = hardwareRef ? await lookup.get(kinds.Hardware, { namespace, name: hardwareRef }) : undefined;
  // What is stored and cannot be used has its own sentence, and what nobody looked at as it was written is not rendered here either.
  if (!isTemplate(template) || !(hardware === undefined || isHardware(hardware))) return [];
  const rendered = renderWorkflow({ workflow, template, hardware });
  if ("problems" in rendered) {
    const whose = hardware === undefined ? "" : ` for Hardware ${hardwareRef}`;
    const why = rendered.problems.join("; ");
    const field = why.includes("spec.hardwareMap") ? "hardwareMap" : "templateRef";
    return [{ path: ["spec", field], message: `Template ${templateRef} does not render${whose}: ${why}` }];
  }
  const workers = [...new Set(rendered.document.tasks.map(({ worker }) => worker))];
  return await lookAtWorkers(workers, hardware, spec?.hardwareMap ?? {}, lookup);
}

async function lookAtWorkers(
  workers: readonly string[],
  hardware: Hardware | undefined,
  hardwareMap: Readonly<Record<string, string>>,
  lookup: RunLookup,
): Promise<Finding[]> {
  const pathOf = (worker: string): string[] => {
    const entry = Object.entries(hardwareMap).find(([, value]) => value === worker);
    return entry === undefined ? ["spec", "templateRef"] : ["spec", "hardwareMap", entry[0]];
  };
  const other = hardware && whyOther(hardware, workers);
  if (other !== undefined) return [{ path: pathOf(workers[0] ?? ""), message: other }];
  for (const worker of workers) {
    if (!isMac(worker.toLowerCase()) || (await lookup.isMachine(worker))) continue;
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
