// tink replace -f: objects that are there become what files describe, and nothing that files leave out stays.
import type { KindInfo, Resource } from "@neverland/api";
import type { Command } from "commander";
import type { Clients } from "../../connection/connect.ts";
import type { CliContext } from "../../context.ts";
import { missing } from "../../objects/selection.ts";
import { configureFiles } from "../../objects/write-files.ts";

export function configure(command: Command, context: CliContext): void {
  configureFiles(command, context, "replaced", replaceOne).addHelpText(
    "after",
    "\nTo change what a file says and leave the rest alone there is tink apply.",
  );
}

async function replaceOne(clients: Clients, kind: KindInfo, object: Resource, dryRun: boolean): Promise<Resource> {
  const { name, namespace = "" } = object.metadata;
  const key = { namespace, name };
  const now = await clients(kind).get(key);
  if (now === undefined) throw missing({ kind, key });
  const { resourceVersion } = now.metadata;
  const next = { ...object, metadata: { ...object.metadata, resourceVersion } };
  return await clients(kind).update(next, { dryRun, fieldValidation: "Ignore" });
}
