// tink edit: an object in an editor; what the server refuses is shown in the editor again, with the reason.
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { ApiError, isObject, type Resource } from "@neverland/api";
import { mergePatch } from "@neverland/resources/patches/merge-patch.ts";
import { readYaml, writeKubectlYaml } from "@neverland/yaml";
import { type Command, Option } from "commander";
import { CliError } from "../../cli-error.ts";
import { connect } from "../../connection/connect.ts";
import type { CliContext } from "../../context.ts";
import { eachOf } from "../../each-of.ts";
import { type Looking, missing } from "../../machines/missing-object.ts";
import { mergePatchBetween, patchesMeet } from "../../objects/merge-patch.ts";
import { editText, makeEditFile } from "../../objects/run-editor.ts";
import { addSelection, type Selected, type Selection, selectObjects, subjectOf } from "../../objects/selection.ts";
import { writeKubectlJson } from "../../output/forms/kubectl-json.ts";

type EditOptions = Selection & { output: "yaml" | "json"; showManagedFields?: boolean };

export function configure(command: Command, context: CliContext): void {
  addSelection(command)
    .addOption(new Option("-o, --output <format>", "what is edited").choices(["yaml", "json"]).default("yaml"))
    .option("--show-managed-fields", "with who set which field")
    .option("--field-manager <name>", "who is to own the fields that are set", "tink")
    .addHelpText("after", "\nThe editor is KUBE_EDITOR, else EDITOR, else vi.")
    .action(async (words: string[], options: EditOptions) => {
      const connected = await connect(command, context);
      const selected = await selectObjects(words, options, connected, command, context);
      await eachOf(selected, (one) => editObject(one, connected, options, context), context);
    });
}

const introduction = `# Edit the object below. Lines that begin with a # are passed over, and an empty file gives up.
# What the server refuses is shown here again, with the reason.
#
`;

async function editObject(one: Selected, looking: Looking, options: EditOptions, context: CliContext): Promise<void> {
  const client = looking.clients(one.kind);
  let before = await client.get(one.key);
  if (before === undefined) throw await missing(one, looking);
  const path = await makeEditFile();
  let isKept = false;
  try {
    let shown = textOf(before, options);
    let reason = "";
    for (let times = 0; ; times++) {
      const edited = await editText(path, `${introduction}${commented(reason)}${shown}`, context.env);
      const text = withoutComments(edited);
      const isGivenUp = times === mostTimes || text.trim() === "" || text.trim() === withoutComments(shown).trim();
      if (isGivenUp && reason === "") return context.stderr("Edit cancelled, no changes made.\n");
      if (isGivenUp) {
        isKept = true;
        throw new CliError(
          "failed",
          `Edit cancelled, no valid changes were saved: ${reason}\nWhat was edited is in ${path}`,
        );
      }
      shown = text;
      const read = readObject(text);
      if (typeof read === "string") {
        reason = read;
        continue;
      }
      const patch = mergePatchBetween(asShown(before, options), read);
      if (patch === undefined) return context.stderr("Edit cancelled, no changes made.\n");
      const outcome = await send(patch, before, one, looking);
      if (outcome.is === "edited") return context.stdout(`${subjectOf(one)} edited\n`);
      reason = outcome.reason;
      if (outcome.is === "refused") continue;
      before = outcome.now;
      shown = formOf(mergePatch(asShown(before, options), patch), options);
    }
  } finally {
    if (!isKept) await rm(dirname(path), { recursive: true, force: true });
  }
}

type Outcome =
  | { readonly is: "edited" }
  | { readonly is: "refused"; readonly reason: string }
  | { readonly is: "overtaken"; readonly reason: string; readonly now: Resource };

/** Again on each new version, for as long as nobody else changed what the patch changes: controllers write a status at any time. */
async function send(patch: unknown, before: Resource, one: Selected, looking: Looking): Promise<Outcome> {
  const client = looking.clients(one.kind);
  for (let now = before, times = 0; ; times++) {
    try {
      // By the version that was read: what somebody else changed meanwhile is seen before it is written over.
      const versioned = mergePatch(patch, { metadata: { resourceVersion: now.metadata.resourceVersion } });
      await client.patch(one.key, Object(versioned), { fieldValidation: "Strict" });
      return { is: "edited" };
    } catch (error) {
      if (!(error instanceof ApiError) || !mendable.has(error.code)) throw error;
      if (error.code !== "conflict") return { is: "refused", reason: error.message };
      const found = await client.get(one.key);
      if (found === undefined) throw await missing(one, looking);
      // A conflict that is about no version comes again.
      const isSame = found.metadata.resourceVersion === now.metadata.resourceVersion;
      if (isSame || times === mostTimes) return { is: "refused", reason: error.message };
      now = found;
      const theirs = mergePatchBetween(withoutBookkeeping(before), withoutBookkeeping(now));
      if (!patchesMeet(theirs, patch)) continue;
      const reason = `${subjectOf(one)} was changed by somebody else meanwhile; below are their changes and yours`;
      return { is: "overtaken", reason, now };
    }
  }
}

/** What the server alone writes, at each change of anything. */
function withoutBookkeeping({ metadata, ...rest }: Resource): object {
  const { resourceVersion: _, generation: __, managedFields: ___, ...kept } = metadata;
  return { ...rest, metadata: kept };
}

/** An editor that is a script may never make it right. */
const mostTimes = 20;

/** What another text can put right. */
const mendable: ReadonlySet<string> = new Set(["invalid", "conflict", "refused"]);

function asShown(object: Resource, { showManagedFields }: EditOptions): object {
  if (showManagedFields) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function textOf(object: Resource, options: EditOptions): string {
  return formOf(asShown(object, options), options);
}

function formOf(value: unknown, { output }: EditOptions): string {
  return output === "json" ? writeKubectlJson(value) : writeKubectlYaml(value);
}

/** The object, or what is wrong with its text. */
function readObject(text: string): object | string {
  const read = readYaml(text);
  if (!read.ok) {
    const [{ line, column, message }] = read.faults;
    return `line ${line}, column ${column} of the object: no valid YAML: ${message}`;
  }
  return isObject(read.document.value) ? read.document.value : "expected an object";
}

function commented(reason: string): string {
  if (reason === "") return "";
  return `${reason
    .split("\n")
    .map((line) => `# ${line}`)
    .join("\n")}\n#\n`;
}

/** Those at the head alone: within the object a # may stand in a text of several lines. */
function withoutComments(text: string): string {
  const lines = text.split("\n");
  const first = lines.findIndex((line) => !line.startsWith("#"));
  return first === -1 ? "" : lines.slice(first).join("\n");
}
