// tink explain-field: what a field of a kind does, its type, and what is below it; as kubectl explain, without a server.
import { apiVersionOf, type KindInfo, kindOf } from "@neverland/api";
import type { FieldDoc } from "@neverland/api/field-doc";
import { fieldAt, fieldDocs } from "@neverland/api/field-docs";
import { nearestName } from "@neverland/yaml";
import type { Command } from "commander";
import { CliError } from "../../cli-error.ts";
import { findKindNamed, readKind } from "../../command-line/resource-names.ts";
import type { CliContext } from "../../context.ts";
import { describeFields, fieldTree, wrapped } from "../../output/field-docs.ts";

export function configure(command: Command, context: CliContext): void {
  command
    .option("--recursive", "the names and types of all fields below, too")
    .addHelpText(
      "after",
      `
  tink explain-field hardware
  tink explain-field hardware.spec.interfaces.dhcp
  tink explain-field template.spec.data.tasks.actions     the document that a template renders to
  tink explain-field workflow.status --recursive

docs/reference/fields.md has all of them on one page. What a machine waits for is told by tink explain MACHINE.`,
    )
    .action((text: string, { recursive }: { recursive?: boolean }) => {
      const { kind, path } = readFieldPath(text);
      const all = fieldDocs(kind);
      const field = path.length === 0 ? undefined : findField(kind, all, path);
      const below = path.length === 0 ? all : (field?.fields ?? []);
      const about = field === undefined ? kind.description : field.description;
      const head = [
        ...(kind.group === "" ? [] : [`GROUP:      ${kind.group}`]),
        ...[`KIND:       ${kind.kind}`, `VERSION:    ${kind.version}`, ""],
        ...(field === undefined ? [] : [`FIELD: ${field.name} <${field.type}>`, ""]),
        ...["DESCRIPTION:", wrapped(about)],
        ...(field?.values === undefined ? [] : [`    One of: ${field.values.map((one) => one || '""').join(", ")}.`]),
      ].join("\n");
      const fields = below.length === 0 ? "" : `FIELDS:\n${recursive ? fieldTree(below) : describeFields(below)}`;
      context.stdout(`${head}\n\n${fields}`);
    });
}

/** `KIND.FIELD.FIELD`, where KIND may have its group: `workflows.tinkerbell.org`. */
function readFieldPath(text: string): { kind: KindInfo; path: string[] } {
  const whole = findKindNamed(text);
  if (whole !== undefined) return { kind: kindOf(whole), path: [] };
  const [kind = "", ...path] = text.split(".").filter((step) => step !== "");
  return { kind: kindOf(readKind(kind)), path };
}

function findField(kind: KindInfo, all: readonly FieldDoc[], path: readonly string[]): FieldDoc {
  const found = fieldAt(all, path);
  if (found !== undefined) return found;
  // The way that leads somewhere, and what is there.
  const known = path.findIndex((_, at) => fieldAt(all, path.slice(0, at + 1)) === undefined);
  const above = path.slice(0, known);
  const fields = above.length === 0 ? all : (fieldAt(all, above)?.fields ?? []);
  const place = [kind.singular, ...above].join(".");
  const names = fields.map(({ name }) => name);
  const near = nearestName(path[known] ?? "", names);
  const meant = near === undefined ? "" : `did you mean ${[place, near].join(".")}? `;
  const there = fields.length === 0 ? "it has no fields" : `${meant}there are ${names.join(", ")}`;
  throw new CliError("not-found", `${place} of ${apiVersionOf(kind)} has no field "${path[known]}": ${there}.`);
}
