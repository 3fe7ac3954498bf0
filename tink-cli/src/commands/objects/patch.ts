// tink patch: changes an object by a merge patch or a JSON patch.
import { readFile } from "node:fs/promises";
import { isObject } from "@neverland/api/json-value";
import { readYaml } from "@neverland/yaml";
import { type Command, Option } from "commander";
import { CliError } from "../../cli-error.ts";
import { connect } from "../../connection/connect.ts";
import type { CliContext } from "../../context.ts";
import { eachOf } from "../../each-of.ts";
import { missing } from "../../machines/missing-object.ts";
import type { Validation } from "../../manifests/manifest-checks.ts";
import { validateOption } from "../../objects/read-files.ts";
import { addSelection, type Selected, type Selection, selectObjects } from "../../objects/selection.ts";
import { addWriteOptions, showWritten, type WriteOptions } from "../../objects/write-result.ts";

type PatchOptions = Selection &
  WriteOptions & {
    validate: Validation;
    patch?: string;
    patchFile?: string;
    type: "merge" | "json" | "strategic";
    subresource?: "status";
  };

/** As the API spells them. */
const fieldValidations = { strict: "Strict", warn: "Warn", ignore: "Ignore" } as const;

export function configure(command: Command, context: CliContext): void {
  addWriteOptions(addSelection(command))
    .option("-p, --patch <text>", "what changes, in YAML or JSON")
    .option("--patch-file <file>", "a file with it")
    .addOption(
      new Option(
        "--type <type>",
        "merge: fields as they are to be, null takes one away, lists are replaced; json: a list of operations",
      )
        .choices(["merge", "json", "strategic"])
        .default("merge"),
    )
    .addOption(validateOption())
    .addOption(new Option("--subresource <name>", "what of the object").choices(["status"]))
    .addHelpText("after", `\n  tink patch hw/node-1 -p '{"spec": {"disks": [{"device": "/dev/nvme0n1"}]}}'`)
    .action(async (words: string[], options: PatchOptions) => {
      const patch = await readPatch(options);
      const connected = await connect(command, context);
      const selected = await selectObjects(words, options, connected, command, context);
      const { subresource, dryRun, validate } = options;
      const change = async (one: Selected): Promise<void> => {
        const client = connected.clients(one.kind);
        const before = await client.get(one.key);
        if (before === undefined) throw await missing(one, connected);
        // Only the server can make the patch's outcome, so it tries it out in either case.
        const fieldValidation = fieldValidations[validate];
        const call = { dryRun: dryRun !== "none", fieldValidation, ...(subresource && { subresource }) };
        const after = await client.patch(one.key, patch, call);
        const isSame = before.metadata.resourceVersion === after.metadata.resourceVersion;
        await showWritten(
          one,
          isSame && dryRun === "none" ? "patched (no change)" : "patched",
          after,
          options,
          context,
        );
      };
      await eachOf(selected, change, context);
    });
}

async function readPatch({ patch, patchFile, type }: PatchOptions): Promise<object> {
  if ((patch === undefined) === (patchFile === undefined))
    throw new CliError("usage", "Give what changes, by -p or by --patch-file");
  if (type === "strategic")
    throw new CliError(
      "usage",
      "--type strategic: the API takes none for these kinds, nor does Kubernetes for custom resources; use --type merge, which replaces lists as a whole, or --type json",
    );
  const from = patchFile ?? "-p";
  const text = patch ?? (await contentOf(patchFile ?? ""));
  const read = readYaml(text);
  if (!read.ok) {
    const [{ line, column, message }] = read.faults;
    throw new CliError("usage", `${from}:${line}:${column}: no valid YAML: ${message}`);
  }
  const { value } = read.document;
  if (type === "json" && !Array.isArray(value))
    throw new CliError(
      "usage",
      `${from}: a JSON patch is a list of operations, such as [{"op": "remove", "path": "/spec/disks"}]`,
    );
  if (type === "merge" && !isObject(value))
    throw new CliError(
      "usage",
      `${from}: a merge patch is an object, such as {"spec": {"disabled": true}}; for a list of operations say --type json`,
    );
  return Object(value);
}

async function contentOf(path: string): Promise<string> {
  return await readFile(path, "utf8").catch((error: Error) => {
    throw new CliError("usage", `--patch-file ${path} cannot be read: ${error.message}`, { cause: error });
  });
}
