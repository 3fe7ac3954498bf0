// tink apply -f: makes the server hold what files describe. Nothing is sent when any file has a fault.
import { isDeepStrictEqual } from "node:util";
import { type ApplyCall, counted, type KindInfo, qualifiedName, type Resource } from "@neverland/api";
import type { ManifestResource } from "@neverland/api/manifest";
import { type Command, Option } from "commander";
import { CliError } from "../../cli-error.ts";
import { type Clients, connect } from "../../connection/connect.ts";
import type { CliContext } from "../../context.ts";
import { eachOf } from "../../each-of.ts";
import type { ManifestObject } from "../../manifests/manifest-files.ts";
import { explainConflict } from "../../objects/explain-conflict.ts";
import { addFileOptions, type FileOptions, readFiles } from "../../objects/read-files.ts";
import { warnOfReferences } from "../../objects/warn-of-references.ts";

type ApplyOptions = FileOptions & {
  kustomize?: string;
  prune?: boolean;
  forceConflicts?: boolean;
  dryRun?: DryRun;
  fieldManager: string;
};
type DryRun = (typeof dryRuns)[number];

const dryRuns = ["none", "client", "server"] as const;

export function configure(command: Command, context: CliContext): void {
  addFileOptions(command)
    .option("-k, --kustomize <dir>", "kubectl's: kubectl kustomize DIR | tink apply -f -")
    .option("--server-side", "accepted, as kubectl has it: the server always applies")
    .option("--field-manager <name>", "who is to own the fields that are set", "tink")
    .addOption(new Option("--prune").hideHelp())
    .option("--force-conflicts", "take over fields that somebody else set")
    .addOption(
      new Option("--dry-run [where]", "change nothing: client checks the files, server says what would become of them")
        .choices(dryRuns)
        .preset("client"),
    )
    .action(async ({ kustomize, prune, forceConflicts, dryRun, fieldManager, ...files }: ApplyOptions) => {
      if (kustomize !== undefined)
        throw new CliError(
          "usage",
          `-k: tink has no kustomize; pipe it: kubectl kustomize ${kustomize} | tink apply -f -`,
        );
      if (prune)
        throw new CliError(
          "usage",
          "--prune: tink deletes nothing that no one named; tink delete KIND -l LABELS removes what is no longer in the files",
        );
      const objects = await readFiles(command, files, context);
      if (dryRun === "client") return context.stdout(`${counted(objects.length, "object is", "objects are")} valid\n`);
      const connected = await connect(command, context);
      const { clientsFor, namespace } = connected;
      await warnOfReferences(objects, connected, files.validate, context);
      // Of the files all was said already, with the places.
      const how = { force: forceConflicts ?? false, fieldValidation: "Ignore", dryRun: dryRun === "server" } as const;
      const apply = async ({ kind, resource }: ManifestObject): Promise<void> => {
        const placed = { ...resource, metadata: { namespace, ...resource.metadata } };
        const outcome = await applyOne(
          clientsFor(`${kind.singular}/${nameOf(resource)}`),
          kind,
          placed,
          fieldManager,
          how,
        );
        context.stdout(`${outcome}${how.dryRun ? " (server dry run)" : ""}\n`);
      };
      await eachOf(objects, apply, context, how.dryRun ? "checked" : "applied");
    });
}

function nameOf({ metadata }: ManifestResource): string | undefined {
  return metadata.name ?? metadata.generateName;
}

async function applyOne(
  clients: Clients,
  kind: KindInfo,
  object: ManifestResource,
  manager: string,
  how: ApplyCall,
): Promise<string> {
  const { name, namespace = "default" } = object.metadata;
  if (name === undefined)
    throw new CliError("usage", `a ${kind.kind} has generateName, which apply cannot find again: give it a name`);
  const client = clients(kind);
  const before = await client.get({ namespace, name });
  const { status: _, ...content } = object;
  const wanted = { ...content, metadata: { ...object.metadata, name } };
  const after = await client.apply(wanted, how).catch((error: unknown) => {
    throw explainConflict(error, { kind, name, manager, live: before });
  });
  const unchanged = isDeepStrictEqual(before && contentOf(before), contentOf(after));
  const { deletionTimestamp, finalizers } = after.metadata;
  // With the last finalizer, which the file does not have, the object went; of one that is held the server warns.
  const isGone = Boolean(deletionTimestamp) && !finalizers?.length;
  const changed = isGone ? "deleted, as it was to be: apply it again" : "configured";
  const outcome = before === undefined ? "created" : unchanged ? "unchanged" : changed;
  return `${qualifiedName(kind, kind.singular)}/${name} ${outcome}`;
}

/** Without who owns which field, and when: a dry run has no version of its own. And without status, which a controller may write meanwhile. */
function contentOf({
  metadata: { managedFields: _, resourceVersion: __, generation: ___, ...metadata },
  status: ____,
  ...rest
}: Resource) {
  return { ...rest, metadata };
}
