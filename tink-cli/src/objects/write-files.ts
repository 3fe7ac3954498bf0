// tink create and tink replace: writes what files describe, each object by itself.

import type { KindInfo, Resource } from "@neverland/api";
import type { ManifestResource } from "@neverland/api/manifest";
import { type Command, Option } from "commander";
import { CliError } from "../cli-error.ts";
import { askedNamespace, type Clients, connect } from "../connect.ts";
import type { CliContext } from "../context.ts";
import { eachOf } from "../each-of.ts";
import { checkFiles, type Validation, validations } from "../manifest-checks.ts";
import { checkNamespaces, type ManifestObject, readManifests } from "../manifest-files.ts";
import { addWriteOptions, showWritten, type WriteOptions } from "./write-result.ts";

export type FilesOptions = WriteOptions & { filename?: string[]; recursive?: boolean; validate: Validation };

export type WriteOne = (clients: Clients, kind: KindInfo, object: Resource, isTried: boolean) => Promise<Resource>;

/** @param done What is said of each: `created`. */
export function configureFiles(command: Command, context: CliContext, done: string, write: WriteOne): Command {
  return addWriteOptions(command)
    .option("-f, --filename <file...>", "YAML or JSON, a folder of them, a URL, or - for standard input")
    .option("-R, --recursive", "of a folder, the folders in it too")
    .addOption(
      new Option("--validate <how>", "what to do about fields that a kind does not have")
        .choices(validations)
        .default("strict"),
    )
    .action(async (options: FilesOptions) => {
      const { filename = [], recursive } = options;
      if (filename.length === 0) throw new CliError("usage", `Name the files to ${command.name()}: -f FILE`);
      const objects = await readManifests(filename, context, recursive);
      if (objects.length === 0) throw new CliError("usage", `${filename.join(", ")}: no object was found in it`);
      checkNamespaces(objects, askedNamespace(command));
      checkFiles(objects, options.validate, context);
      const { clientsFor, namespace } = await connect(command, context);
      const writeOne = async ({ kind, resource }: ManifestObject): Promise<void> => {
        const object = placed(kind, resource, namespace);
        const subject = `${kind.singular}/${object.metadata.name ?? object.metadata.generateName}`;
        const isTried = options.dryRun === "server";
        const written = options.dryRun === "client" ? object : await write(clientsFor(subject), kind, object, isTried);
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
