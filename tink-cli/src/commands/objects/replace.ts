// tink replace -f: objects that are there become what files describe, and nothing that files leave out stays.
import type { KindInfo, Resource } from "@neverland/api";
import type { Command } from "commander";
import type { CliContext } from "../../context.ts";
import { type Looking, missing } from "../../machines/missing-object.ts";
import { configureFiles } from "../../objects/write-files.ts";

export function configure(command: Command, context: CliContext): void {
  configureFiles(command, context, "replaced", replaceOne).addHelpText(
    "after",
    "\nTo change what a file says and leave the rest alone there is tink apply.",
  );
}

async function replaceOne(looking: Looking, kind: KindInfo, object: Resource, dryRun: boolean): Promise<Resource> {
  const { name, namespace = "" } = object.metadata;
  const key = { namespace, name };
  const client = looking.clients(kind);
  const now = await client.get(key);
  if (now === undefined) throw await missing({ kind, key }, looking);
  const { resourceVersion } = now.metadata;
  const next = { ...object, metadata: { ...object.metadata, resourceVersion } };
  return await client.update(next, { dryRun, fieldValidation: "Ignore" });
}
