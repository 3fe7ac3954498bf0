// What a template reads that is not there, in the words of the Hardware and the Workflow: Go's own words are those of its runtime.
import { nearestName } from "@neverland/yaml";
import type { TemplateError } from "../template-error.ts";
import type { GoType } from "../values/types.ts";
import { hardwareDataType } from "./hardware-types.ts";
import { asObject, type JsonObject, type TemplateInputs } from "./template-data.ts";

const mostCompared = 32;
const ofAbsence =
  /index out of range|slice bounds out of range|invalid slice index|index of (untyped nil|nil pointer)|nil pointer (evaluating|dereference)|map has no entry|nil data/;

/** `why` is a clause that says what is not there and in which field it would be. */
type Absence = { readonly why: string; readonly input?: "hardwareMap" };

/** A path from the root: what is in brackets or quotes is on no such path. */
const rootPath = /(?<![\w.)\]"])(?:\$?\.)([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)/g;

/**
 * @param data The template's text, in which the error has its place.
 * @returns `undefined` where the error is of another kind.
 */
export function absentValue(error: TemplateError, data: string, inputs: TemplateInputs): Absence | undefined {
  if (error.code !== "execution" || error.place === undefined || !ofAbsence.test(error.message)) return undefined;
  const action = actionAt(data, error.place.line, error.place.column);
  for (const [, path = ""] of action.matchAll(rootPath)) {
    const why = absentAt(path.split("."), inputs, error.message);
    if (why !== undefined) return typeof why === "string" ? { why } : why;
  }
  const why =
    "what the template reads there has no value: look at the Hardware and at the workflow's hardwareMap, or guard it with {{ if }} or {{ with }}";
  return { why };
}

/** The text between the braces around the place. */
function actionAt(data: string, line: number, column: number): string {
  const text = data.split("\n")[line - 1] ?? "";
  const from = text.lastIndexOf("{{", column);
  const to = text.indexOf("}}", column);
  return text.slice(from < 0 ? 0 : from + 2, to < 0 ? text.length : to);
}

function absentAt(
  [root = "", ...steps]: readonly string[],
  inputs: TemplateInputs,
  said: string,
): string | Absence | undefined {
  const { hardware, hardwareMap, references } = inputs;
  switch (root) {
    case "Hardware":
    case "hardware": {
      if (hardware === undefined) return `the workflow names no Hardware (spec.hardwareRef), so that .${root} is empty`;
      const fields = root === "hardware" ? steps : ["spec", ...jsonNames(steps)];
      return absentIn(hardware, fields, said);
    }
    case "references":
      if (references === undefined) return "references of the Hardware (spec.references) are not looked up yet";
      return steps[0] === undefined || steps[0] in references
        ? undefined
        : `the Hardware refers to nothing as ${steps[0]} (spec.references)`;
    default: {
      // Within `with` and `range` it may be a field of anything.
      if (!said.endsWith(`map has no entry for key "${root}"`)) return undefined;
      const names = Object.keys(hardwareMap);
      const has = names.length === 0 ? "it is empty" : `it has ${names.join(", ")}`;
      const near = nearestName(root, names.slice(0, mostCompared));
      const hint = near === undefined ? "" : `; is ${near} to be ${root}?`;
      return { why: `the workflow's spec.hardwareMap has no ${root}: ${has}${hint}`, input: "hardwareMap" };
    }
  }
}

/** As legacy templates name fields, from Go's names to those of the resource. */
function jsonNames(steps: readonly string[]): string[] {
  let type: GoType | undefined = hardwareDataType;
  return steps.map((step, at) => {
    if (type?.kind === "ptr") type = type.elem;
    const field = type?.kind === "struct" ? type.fields.find(({ name }) => name === step) : undefined;
    type = field?.type;
    return at === 0 ? `${step.charAt(0).toLowerCase()}${step.slice(1)}` : (field?.json ?? step);
  });
}

/** The first field on the way that has no value, or has fewer items than were asked for. */
function absentIn(hardware: JsonObject, fields: readonly string[], said: string): string | undefined {
  const { name } = asObject(hardware.metadata);
  const whose = typeof name === "string" ? `Hardware ${name}` : "the Hardware";
  let value: unknown = hardware;
  for (const [at, field] of fields.entries()) {
    value = asObject(value)[field];
    const path = fields.slice(0, at + 1).join(".");
    if (value === undefined || value === null || (Array.isArray(value) && value.length === 0))
      return `${whose} has no ${field} (${path})`;
    if (Array.isArray(value) && said.includes("out of range"))
      return `${whose} has ${value.length} of ${field} (${path}), counted from 0`;
    if (Array.isArray(value)) return undefined;
  }
  return undefined;
}
