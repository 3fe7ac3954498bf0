// What `tink explain` is asked for, and all that the server has of it.
import {
  type ExplainInput,
  fieldsAt,
  formatKey,
  type Hardware,
  isFinalState,
  kinds,
  type MachineEvent,
  type ResourceKey,
  type RivalClaim,
  spellingsOf,
  type Workflow,
} from "@neverland/api";
import { CliError } from "../cli-error.ts";
import { macOf } from "../command-line/address-values.ts";
import { findKindNamed } from "../command-line/resource-names.ts";
import type { Clients } from "../connection/connect.ts";
import type { Asked } from "./asked-machines.ts";
import { formatNearName, NearNames } from "./near-name.ts";

/** Enough to go on with: one mistake may be in all. */
const mostRivals = 4;

/** @throws {CliError} `not-found`, with the name that was probably meant. */
export async function findSubject({ by, value }: Asked, clients: Clients, namespace: string): Promise<Subject> {
  switch (by) {
    case "mac":
      return await byMac(clients, value);
    case "address":
      return await byAddress(clients, value);
    case "workflow":
      return await byWorkflow(clients, namespace, value);
    case "name":
      return await byName(clients, namespace, value);
  }
}

type Subject = {
  readonly hardware?: Hardware | undefined;
  readonly rivals?: RivalClaim[];
  readonly view?: ExplainInput["view"];
  readonly asked?: string;
  readonly deletedWorkflow?: string;
  readonly workflows: Workflow[];
  readonly events: MachineEvent[];
};

async function byName(clients: Clients, namespace: string, name: string): Promise<Subject> {
  const hardware = await clients(kinds.Hardware).get({ namespace, name });
  const events = await clients(kinds.MachineEvent).list({
    namespace,
    fieldSelector: `spec.hardware=${name}`,
  });
  const own = await workflowsOf(clients, namespace, name, hardware);
  if (hardware !== undefined) {
    const [rivals, view] = await Promise.all([rivalsOf(clients, hardware), viewOf(clients, { namespace, name })]);
    return { hardware, rivals, view, workflows: own, events: events.items };
  }
  // One that was deleted under its workflow is asked for by its name, too.
  if (own.some(({ status }) => !isFinalState(status?.state))) return { workflows: own, events: events.items };
  if ((await clients(kinds.Workflow).get({ namespace, name })) !== undefined)
    return await byWorkflow(clients, namespace, name);
  const ofWorkflow = await eventsOfWorkflow(clients, namespace, name);
  if (ofWorkflow.length > 0) return { workflows: [], events: ofWorkflow, deletedWorkflow: name };
  throw new CliError(
    "not-found",
    `There is no hardware "${name}" in namespace ${namespace}, nor a workflow${await meant(clients, namespace, name, [kinds.Hardware, kinds.Workflow])}; a machine that nothing describes is named by its MAC.${fieldHint(name)}`,
  );
}

async function meant(
  clients: Clients,
  namespace: string,
  name: string,
  ofKinds: Parameters<NearNames["find"]>[2],
): Promise<string> {
  const near = await new NearNames(clients).find(namespace, name, ofKinds);
  return near === undefined ? "" : `; did you mean ${formatNearName(near)}?`;
}

/** An older server has none. */
async function viewOf(clients: Clients, key: ResourceKey): Promise<ExplainInput["view"]> {
  const view = await clients(kinds.MachineView)
    .get(key)
    .catch(() => undefined);
  const { reason = "", message = "" } = view ?? {};
  return { reason, message };
}

/** `kubectl explain` takes kinds and fields; whoever is used to it types one here. */
function fieldHint(name: string): string {
  const kind = findKindNamed(name.split(".")[0] ?? "");
  return kind === undefined ? "" : `\nFields of kinds are told by: tink explain-field ${name}`;
}

/** Those that name it, and those that its agent works on; of this namespace. A hall has thousands of others. */
async function workflowsOf(
  clients: Clients,
  namespace: string,
  name: string,
  hardware: Hardware | undefined,
): Promise<Workflow[]> {
  const agents = hardware === undefined ? [] : textsAt(hardware, "spec.agentID", "spec.interfaces[].dhcp.mac");
  const selectors = [`spec.hardwareRef=${name}`, ...agents.flatMap(byAgent)];
  const found = new Map<string, Workflow>();
  for (const fieldSelector of new Set(selectors))
    for (const workflow of (await clients(kinds.Workflow).list({ namespace, fieldSelector })).items)
      found.set(workflow.metadata.name, workflow);
  return [...found.values()];
}

async function byMac(clients: Clients, mac: string): Promise<Subject> {
  const { items } = await clients(kinds.Hardware).list({ fieldSelector: `spec.interfaces[].dhcp.mac=${mac}` });
  const [known] = items;
  if (known !== undefined) return await byName(clients, known.metadata.namespace, known.metadata.name);
  const events = await clients(kinds.MachineEvent).list({ fieldSelector: `spec.mac=${mac}` });
  const workflows: Workflow[] = [];
  for (const fieldSelector of byAgent(mac))
    workflows.push(...(await clients(kinds.Workflow).list({ fieldSelector })).items);
  return { workflows, events: events.items };
}

async function byAddress(clients: Clients, address: string): Promise<Subject> {
  const { items } = await clients(kinds.Hardware).list({
    fieldSelector: `spec.interfaces[].dhcp.ip.address=${address}`,
  });
  const [known] = items;
  if (known !== undefined) return await byName(clients, known.metadata.namespace, known.metadata.name);
  throw new CliError(
    "not-found",
    `No hardware has the address ${address}; a machine that nothing describes is named by its MAC.`,
  );
}

/** With the machine that it is for, where there is one. */
async function byWorkflow(clients: Clients, namespace: string, name: string): Promise<Subject> {
  const workflow = await clients(kinds.Workflow).get({ namespace, name });
  if (workflow === undefined) {
    const events = await eventsOfWorkflow(clients, namespace, name);
    if (events.length > 0) return { workflows: [], events, deletedWorkflow: name };
    const near = await meant(clients, namespace, name, [kinds.Workflow]);
    throw new CliError("not-found", `There is no workflow "${name}" in namespace ${namespace}${near}.`);
  }
  const { hardwareRef } = workflow.spec ?? {};
  const hardware = hardwareRef && (await clients(kinds.Hardware).get({ namespace, name: hardwareRef }));
  if (hardware) return { ...(await byName(clients, namespace, hardware.metadata.name)), asked: name };
  const mac = macOf(workflow.status?.agentID ?? "");
  if (mac !== undefined) return { ...(await byMac(clients, mac)), asked: name };
  return { workflows: [workflow], events: await eventsOfWorkflow(clients, namespace, name) };
}

async function eventsOfWorkflow(clients: Clients, namespace: string, name: string): Promise<MachineEvent[]> {
  const fieldSelector = `spec.workflow=${namespace}/${name}`;
  return (await clients(kinds.MachineEvent).list({ namespace, fieldSelector })).items;
}

/** Others that claim what only one can have. Where that is text that no selector takes, nobody is asked. */
async function rivalsOf(clients: Clients, hardware: Hardware): Promise<RivalClaim[]> {
  const own = formatKey(hardware.metadata);
  const claims = kinds.Hardware.unique.flatMap(({ path }) =>
    fieldsAt(hardware, path).map(({ value }) => ({ path, value: String(value) })),
  );
  const found: RivalClaim[] = [];
  for (const { path, value } of claims.filter((claim) => isSelectable(claim.value))) {
    const { items } = await clients(kinds.Hardware).list({ fieldSelector: `${path}=${value}`, limit: mostRivals });
    const others = items.map(({ metadata }) => formatKey(metadata)).filter((key) => key !== own);
    if (others.length > 0) found.push({ path, value, names: [own, ...others] });
  }
  return found;
}

/** As templates spell it: an agent is the same however it is written. */
function byAgent(agent: string): string[] {
  return spellingsOf(agent)
    .filter(isSelectable)
    .map((spelling) => `status.agentID=${spelling}`);
}

function isSelectable(value: string): boolean {
  return /^[\w:.-]+$/.test(value);
}

/** Of any object: one that no schema accepts is shown as it is, and may have anything anywhere. */
function textsAt(object: Hardware, ...paths: readonly string[]): string[] {
  return paths.flatMap((path) => fieldsAt(object, path)).map(({ value }) => String(value));
}
