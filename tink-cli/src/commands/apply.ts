// tink apply -f: makes the server hold what files describe. Nothing is sent when any file has a fault.
import { type ApiClient, findKind, type ObjectInput, readManifests } from "@neverland/api";
import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { connect } from "../connect.ts";
import type { CliContext } from "../context.ts";
import { readManifestFiles } from "../manifest-files.ts";

const fieldManager = "tink";

type ApplyOptions = { filename: string[]; forceConflicts?: boolean; dryRun?: boolean };

export function addApplyCommand(program: Command, context: CliContext): void {
  program
    .command("apply")
    .description("create or change objects as files describe them")
    .requiredOption("-f, --filename <file...>", "YAML or JSON, a folder of them, or - for standard input")
    .option("--force-conflicts", "take over fields that somebody else set")
    .option("--dry-run", "check the files and stop")
    .action(async ({ filename, forceConflicts, dryRun }: ApplyOptions, command: Command) => {
      const objects = readManifests(await readManifestFiles(filename));
      if (objects.length === 0) throw new CliError("usage", `${filename.join(", ")}: no object was found in it`);
      if (dryRun) return context.stdout(`${objects.length} objects are valid\n`);
      const { client, namespace } = await connect(command, context);
      for (const object of objects) {
        const placed = { ...object, metadata: { namespace, ...object.metadata } };
        context.stdout(`${await applyOne(client, placed, forceConflicts ?? false)}\n`);
      }
    });
}

async function applyOne(client: ApiClient, object: ObjectInput, force: boolean): Promise<string> {
  const kind = findKind(object.apiVersion, object.kind);
  if (kind === undefined)
    throw new CliError("usage", `${object.kind} (${object.apiVersion}) is not a kind of this server`);
  const { name, namespace = "default" } = object.metadata;
  const before = await client.get(kind, { namespace, name });
  const after = await client.apply(kind, object, { fieldManager, force });
  const unchanged = before?.metadata.resourceVersion === after.metadata.resourceVersion;
  const outcome = before === undefined ? "created" : unchanged ? "unchanged" : "configured";
  return `${kind.singular}.${kind.group}/${name} ${outcome}`;
}
