// tink apply -f: makes the server hold what files describe. Nothing is sent when any file has a fault.
import { ApiError, type ApplyCall, counted, type KindInfo, qualifiedName, unknownFields } from "@neverland/api";
import type { ManifestResource } from "@neverland/api/manifest";
import { type Command, Option } from "commander";
import { CliError } from "../cli-error.ts";
import { type Clients, connect } from "../connect.ts";
import type { CliContext } from "../context.ts";
import { eachOf } from "../each-of.ts";
import { type ManifestObject, readManifests } from "../manifest-files.ts";

type ApplyOptions = {
  filename: string[];
  forceConflicts?: boolean;
  dryRun?: boolean;
  validate: keyof typeof validations;
};
type Apply = { readonly force: boolean; readonly fieldValidation: ApplyCall["fieldValidation"] & string };

const validations = { warn: "Warn", strict: "Strict", ignore: "Ignore" } as const;

export function configure(command: Command, context: CliContext): void {
  command
    .requiredOption("-f, --filename <file...>", "YAML or JSON, a folder of them, or - for standard input")
    .option("--force-conflicts", "take over fields that somebody else set")
    .option("--dry-run", "check the files and stop")
    .addOption(
      new Option("--validate <how>", "what to do about fields that a kind does not have")
        .choices(Object.keys(validations))
        .default("warn"),
    )
    .action(async ({ filename, forceConflicts, dryRun, validate }: ApplyOptions) => {
      const objects = await readManifests(filename, context.stdin);
      if (objects.length === 0) throw new CliError("usage", `${filename.join(", ")}: no object was found in it`);
      if (dryRun) return checkOnly(objects, validate, context);
      if (validate === "strict") refuseUnknownFields(objects);
      const { clientsFor, namespace } = await connect(command, context);
      const how = { force: forceConflicts ?? false, fieldValidation: validations[validate] };
      const apply = async ({ kind, resource }: ManifestObject): Promise<void> => {
        const placed = { ...resource, metadata: { namespace, ...resource.metadata } };
        context.stdout(`${await applyOne(clientsFor(subjectOf({ kind, resource })), kind, placed, how)}\n`);
      };
      await eachOf(objects, apply, context, "applied");
    });
}

/** Says what the server would say of fields that it does not know, and of values that are not used as they stand. */
function checkOnly(objects: readonly ManifestObject[], validate: keyof typeof validations, context: CliContext): void {
  if (validate === "strict") refuseUnknownFields(objects);
  if (validate === "warn")
    for (const text of [...unknownIn(objects), ...doubtsIn(objects)]) context.stderr(`Warning: ${text}\n`);
  context.stdout(`${counted(objects.length, "object is", "objects are")} valid\n`);
}

function doubtsIn(objects: readonly ManifestObject[]): string[] {
  return objects.flatMap((object) =>
    (object.kind.doubts?.(object.resource) ?? []).map((doubt) => `${subjectOf(object)}: ${doubt}`),
  );
}

/** Before the first write: the server refuses one object, when others are there already. */
function refuseUnknownFields(objects: readonly ManifestObject[]): void {
  const unknown = unknownIn(objects);
  if (unknown.length > 0) throw new CliError("usage", `nothing was applied:\n${unknown.join("\n")}`);
}

function unknownIn(objects: readonly ManifestObject[]): string[] {
  return objects.flatMap((object) =>
    unknownFields(object.kind, object.resource).map((path) => `${subjectOf(object)}: unknown field "${path}"`),
  );
}

function subjectOf({ kind, resource: { metadata } }: ManifestObject): string {
  return `${kind.singular}/${metadata.name ?? metadata.generateName}`;
}

async function applyOne(clients: Clients, kind: KindInfo, object: ManifestResource, how: Apply): Promise<string> {
  const { name, namespace = "default" } = object.metadata;
  if (name === undefined)
    throw new CliError("usage", `a ${kind.kind} has generateName, which apply cannot find again: give it a name`);
  const client = clients(kind);
  const before = await client.get({ namespace, name });
  const { status: _, ...content } = object;
  const wanted = { ...content, metadata: { ...object.metadata, name } };
  const after = await client.apply(wanted, how).catch((error: unknown) => {
    throw error instanceof ApiError && error.code === "conflict" ? explainConflict(error, kind, name) : error;
  });
  const unchanged = before?.metadata.resourceVersion === after.metadata.resourceVersion;
  const { deletionTimestamp, finalizers } = after.metadata;
  // With the last finalizer, which the file does not have, the object went; of one that is held the server warns.
  const isGone = Boolean(deletionTimestamp) && !finalizers?.length;
  const changed = isGone ? "deleted, as it was to be: apply it again" : "configured";
  const outcome = before === undefined ? "created" : unchanged ? "unchanged" : changed;
  return `${qualifiedName(kind, kind.singular)}/${name} ${outcome}`;
}

function explainConflict(cause: ApiError, { singular }: KindInfo, name: string): CliError {
  const advice = "Leave those fields out of the file, or take them over with --force-conflicts.";
  return new CliError("failed", `${singular}/${name}: ${cause.message}\n${advice}`, { cause });
}
