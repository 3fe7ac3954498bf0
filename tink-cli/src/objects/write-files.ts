// tink create and tink replace: writes what files describe, each object by itself.

import type { KindInfo, Resource } from "@neverland/api";
import type { ManifestResource } from "@neverland/api/manifest";
import type { Command } from "commander";
import { connect } from "../connection/connect.ts";
import type { CliContext } from "../context.ts";
import { eachOf } from "../each-of.ts";
import type { Looking } from "../machines/missing-object.ts";
import type { ManifestObject } from "../manifests/manifest-files.ts";
import { addFileOptions, type FileOptions, readFiles } from "./read-files.ts";
import { warnOfReferences } from "./warn-of-references.ts";
import { addWriteOptions, showWritten, type WriteOptions } from "./write-result.ts";

export type FilesOptions = WriteOptions & FileOptions;

export type WriteOne = (looking: Looking, kind: KindInfo, object: Resource, isTried: boolean) => Promise<Resource>;

/** @param done What is said of each: `created`. */
export function configureFiles(command: Command, context: CliContext, done: string, write: WriteOne): Command {
  return addFileOptions(addWriteOptions(command)).action(async (options: FilesOptions) => {
    const objects = await readFiles(command, options, context);
    const connected = await connect(command, context);
    const { clientsFor, namespace, nearNames } = connected;
    if (options.dryRun !== "client") await warnOfReferences(objects, connected, options.validate, context);
    const writeOne = async ({ kind, resource }: ManifestObject): Promise<void> => {
      const object = placed(kind, resource, namespace);
      const subject = `${kind.singular}/${object.metadata.name ?? object.metadata.generateName}`;
      const isTried = options.dryRun === "server";
      const looking = { clients: clientsFor(subject), nearNames };
      const written = options.dryRun === "client" ? object : await write(looking, kind, object, isTried);
      const { name, namespace: own = "" } = written.metadata;
      await showWritten({ kind, key: { namespace: own, name } }, done, written, options, context);
    };
    await eachOf(objects, writeOne, context, done);
  });
}

/** In the namespace that it names, else in the command line's. The server checks the rest of it. */
function placed({ scope }: KindInfo, resource: ManifestResource, namespace: string): Resource {
  const where = scope === "cluster" ? {} : { namespace };
  return { ...resource, metadata: { ...where, ...resource.metadata } } as Resource;
}
