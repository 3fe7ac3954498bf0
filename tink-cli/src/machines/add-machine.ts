// Sends the objects of a machine: what is there already is not written over, unless it is to be replaced.
import { isFinalState, kinds, qualifiedName, type Workflow } from "@neverland/api";
import { CliError } from "../cli-error.ts";
import type { Clients, Connected } from "../connection/connect.ts";
import type { CliContext } from "../context.ts";
import type { MadeObject } from "./machine-manifests.ts";
import { differencesOf } from "./stated-values.ts";

export type AddHow = {
  readonly replace: boolean;
  /** Options that nobody typed, and whose default is no wish. */
  readonly passedOver: ReadonlySet<string>;
};

/** @throws {CliError} `failed`, with nothing written, when an object of that name says something else. */
export async function addMachine(
  objects: readonly MadeObject[],
  { replace, passedOver }: AddHow,
  { clients, clientsFor }: Pick<Connected, "clients" | "clientsFor">,
  context: Pick<CliContext, "stdout" | "stderr">,
): Promise<void> {
  const planned = await Promise.all(
    objects.map(async (object) => {
      const found = await clients(object.kind).get(keyOf(object));
      return { ...object, found, differences: found ? differencesOf(object.resource, found, passedOver) : [] };
    }),
  );
  const others = planned.filter(({ differences }) => differences.length > 0);
  if (others.length > 0 && !replace) throw isThereAlready(others);
  for (const { kind, resource, found, differences } of planned) {
    const { name, namespace } = keyOf({ resource });
    const subject = `${kind.singular}/${name}`;
    if (kind === kinds.Template && found !== undefined && dataOf(found) !== dataOf(resource))
      context.stderr(`${subject} is there with other content than the example's, and is used as it is\n`);
    const isWritten = found === undefined || differences.length > 0;
    if (isWritten)
      await clientsFor(subject)(kind).apply({ spec: resource.spec, metadata: { name, namespace } }, { force: replace });
    const outcome = found === undefined ? "created" : isWritten ? "replaced" : "unchanged";
    context.stdout(`${qualifiedName(kind, kind.singular)}/${name} ${outcome}\n`);
  }
  const [hardware] = planned;
  if (hardware?.found !== undefined) await tellOfStanding(planned, keyOf(hardware), clients, context);
}

type Found = MadeObject & { readonly differences: readonly string[] };

function isThereAlready(others: readonly Found[]): CliError {
  const named = others.map((each) => {
    const subject = `${each.kind.singular}/${keyOf(each).name}`;
    return {
      subject,
      text: [`${subject} is there already, and says something else:`, ...each.differences].join("\n  "),
    };
  });
  const edits = named.map(({ subject }) => `tink edit ${subject}`).join(", ");
  return new CliError(
    "failed",
    `${named.map(({ text }) => text).join("\n")}\nNothing was written. To change it: ${edits}; for another machine: tink machine add under another name; to have it as asked: --replace`,
  );
}

const mostTold = 5;

/** What is rendered stays as it is: a Workflow that was there does not follow its Hardware by itself. */
async function tellOfStanding(
  planned: readonly (MadeObject & { readonly found?: object | undefined })[],
  { namespace, name }: Key,
  clients: Clients,
  { stderr }: Pick<CliContext, "stderr">,
): Promise<void> {
  const made = planned.filter(({ found }) => found === undefined).map((each) => keyOf(each).name);
  const { items } = await clients(kinds.Workflow).list({ namespace, fieldSelector: `spec.hardwareRef=${name}` });
  const standing = items.filter(({ metadata }) => !made.includes(metadata.name));
  for (const workflow of standing.slice(0, mostTold)) stderr(`${standingText(workflow)}\n`);
  if (standing.length > mostTold) stderr(`and ${standing.length - mostTold} more: tink get workflows\n`);
}

function standingText({ metadata: { name, namespace }, status }: Workflow): string {
  const state = status?.state || "NEW";
  if (state === "NEW") return `workflow/${name} is there, not yet rendered: it takes the Hardware as it is`;
  const where = namespace === "default" ? "" : ` -n ${namespace}`;
  const retry = `tink workflow retry ${name}${where}`;
  const way = isFinalState(state) ? retry : `tink workflow cancel ${name}${where}, then ${retry},`;
  return `workflow/${name} stands as it was rendered (${state}): ${way} begins it again with the Hardware as it is`;
}

type Key = { readonly namespace: string; readonly name: string };

function keyOf({ resource: { metadata } }: Pick<MadeObject, "resource">): Key {
  const { name = "", namespace = "default" } = metadata;
  return { namespace, name };
}

function dataOf({ spec }: { readonly spec?: unknown }): unknown {
  return Object(spec).data;
}
