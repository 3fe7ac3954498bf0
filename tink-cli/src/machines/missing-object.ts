// What is said of an object that is not there: with the one that was probably meant.
import type { ResourceKey } from "@neverland/api";
import { ApiError } from "@neverland/api/api-error";
import { isKind, type KindNames, kindNames } from "@neverland/api/kind-names";
import { CliError } from "../cli-error.ts";
import type { Connected } from "../connection/connect.ts";
import { formatNearName, type NearName } from "./near-name.ts";

export type Named = { readonly kind: KindNames; readonly key: ResourceKey };
export type Looking = Pick<Connected, "clients" | "nearNames">;

/** What people name; the name of one of these may have been meant for another. */
export const namedKinds: readonly KindNames[] = [kindNames.Hardware, kindNames.Workflow, kindNames.Template];

/** Written by the server, many of each machine, and named by nobody. */
const countless: readonly KindNames[] = [kindNames.MachineEvent, kindNames.ActionReport];
const mostWorkflows = 3;

export async function missing(one: Named, looking: Looking): Promise<CliError> {
  const { kind, key } = one;
  const where = kind.scope === "cluster" ? "" : ` in namespace ${key.namespace}`;
  return new CliError(
    "not-found",
    `There is no ${kind.singular} "${key.name}"${where}${(await meant(one, looking)) || "."}`,
  );
}

/** For `catch`: the server's word that it is not there, with the one that was meant. @throws What is about something else, as it is. */
export function orMeant(one: Named, looking: Looking): (error: unknown) => Promise<never> {
  return async (error) => {
    if (!(error instanceof ApiError) || error.code !== "not-found") throw error;
    throw new CliError("not-found", `${error.message}${await meant(one, looking)}`, { cause: error });
  };
}

/** `; did you mean hardware/node-3?`, or nothing. */
async function meant({ kind, key }: Named, { clients, nearNames }: Looking): Promise<string> {
  const isNamed = kind.categories.some((category) => category === "tinkerbell" || category === "metal");
  const others = isNamed && kind.scope === "namespace" ? namedKinds.filter((each) => !isKind(each, kind)) : [];
  const ofKinds = [...(countless.some((each) => isKind(each, kind)) ? [] : [kind]), ...others];
  const near = await nearNames.find(key.namespace, key.name, ofKinds);
  // It is there, and what is not is something of it.
  if (near === undefined || (isKind(near.kind, kind) && near.name === key.name)) return "";
  const own = isKind(kind, kindNames.Workflow) ? await workflowsOf(near, key.namespace, clients) : [];
  return `; did you mean ${[formatNearName(near), ...own.map((name) => `its workflow/${name}`)].join(", or ")}?`;
}

/** Whoever names a machine where a workflow is wanted means one of its workflows. */
async function workflowsOf({ kind, name }: NearName, namespace: string, clients: Connected["clients"]) {
  if (!isKind(kind, kindNames.Hardware)) return [];
  const query = { namespace, fieldSelector: `spec.hardwareRef=${name}`, limit: mostWorkflows };
  const found = await clients(kindNames.Workflow)
    .list(query)
    .catch(() => undefined);
  return found?.items.map(({ metadata }) => metadata.name) ?? [];
}
