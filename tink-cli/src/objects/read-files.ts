// What -f names, read and looked at whole before anything is sent: the options of commands that take files, and the objects in them.
import { type Command, Option } from "commander";
import { CliError } from "../cli-error.ts";
import { readList } from "../command-line/option-values.ts";
import { askedNamespace, type GlobalOptions } from "../connection/connect.ts";
import type { CliContext } from "../context.ts";
import { checkFiles, type Validation, validations } from "../manifests/manifest-checks.ts";
import { checkNamespaces, type ManifestObject, readManifests } from "../manifests/manifest-files.ts";

export type FileOptions = { filename?: string[]; recursive?: boolean; validate: Validation };

export function addFileOptions(command: Command): Command {
  return command
    .option("-f, --filename <file...>", "YAML or JSON, a folder of them, a URL, or - for standard input", readList)
    .option("-R, --recursive", "of a folder, the folders in it too")
    .addOption(validateOption());
}

export function validateOption(): Option {
  return new Option("--validate <how>", "what to do about fields that a kind does not have")
    .choices(validations)
    .default("strict");
}

/** At least one. @throws {CliError} `usage`, with a line for each fault of each file. */
export async function readFiles(
  command: Command,
  { filename = [], recursive, validate }: FileOptions,
  context: CliContext,
): Promise<ManifestObject[]> {
  if (filename.length === 0) throw new CliError("usage", `Name the files to ${command.name()}: -f FILE`);
  const objects = await readManifests(filename, context, recursive);
  if (objects.length === 0) throw new CliError("usage", `${filename.join(", ")}: no object was found in it`);
  checkNamespaces(objects, askedNamespace(command));
  checkFiles(objects, command.optsWithGlobals<GlobalOptions>().namespace, validate, context);
  return objects;
}
