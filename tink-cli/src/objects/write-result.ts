// What commands that write have in common: trying without doing, who sets the fields, and how the outcome is shown.
import type { Resource } from "@neverland/api";
import { type Command, Option } from "commander";
import { CliError } from "../cli-error.ts";
import type { CliContext } from "../context.ts";
import { formatObjects } from "../output/forms/objects.ts";
import { readOutputFormat } from "../output/forms/output-format.ts";
import { type Selected, subjectOf } from "./selection.ts";

export type WriteOptions = { readonly dryRun: "none" | "client" | "server"; readonly output?: string };

/** As kubectl names them. */
export function addWriteOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--dry-run [where]",
        "say what would be done: by this program alone, or by the server, which checks it",
      )
        .choices(["none", "client", "server"])
        .preset("client")
        .default("none"),
    )
    .option("--field-manager <name>", "who is to own the fields that are set", "tink")
    .option(
      "-o, --output <format>",
      "show the object that comes of it, as tink get does: name, json, yaml, jsonpath=…",
    );
}

/** What stands behind what was only tried. */
export const dryMark = { none: "", client: " (dry run)", server: " (server dry run)" } as const;

/** Prints `hardware.tinkerbell.org/a labeled`, or the object where a form was asked for. */
export async function showWritten(
  selected: Selected,
  done: string,
  object: Resource,
  { dryRun, output }: WriteOptions,
  { stdout }: Pick<CliContext, "stdout">,
): Promise<void> {
  const format = await readOutputFormat(output);
  if (output === undefined) return stdout(`${subjectOf(selected)} ${done}${dryMark[dryRun]}\n`);
  if (format.type === "table") throw new CliError("usage", `-o ${output}: what was written is shown in another form`);
  stdout(await formatObjects([object], true, { format }));
}
