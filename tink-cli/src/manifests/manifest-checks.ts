// What of a file is wrong beyond the form of its objects: fields that no kind has, and templates, each with its line and column.
import { doubtsOf, unknownFields, unknownFieldText } from "@neverland/api";
import { formatFault, type ManifestFault } from "@neverland/api/manifest";
import { metadataFaults } from "@neverland/resources/rules/metadata-faults.ts";
import { checkSource, type TemplateProblem } from "@neverland/templates";
import { CliError } from "../cli-error.ts";
import type { CliContext } from "../context.ts";
import { stepsOf } from "./field-steps.ts";
import { clashesIn } from "./manifest-clashes.ts";
import { manifestDoubts } from "./manifest-doubts.ts";
import type { ManifestObject } from "./manifest-files.ts";

/** What to do about fields that a kind does not have. */
export const validations = ["strict", "warn", "ignore"] as const;
export type Validation = (typeof validations)[number];

type ManifestChecks = {
  /** What never works: refused whatever was asked. */
  readonly faults: readonly ManifestFault[];
  /** What means nothing where it stands, and is mostly a slip of the pen. */
  readonly unknown: readonly ManifestFault[];
  /** What may be meant, and mostly is not: never refused. */
  readonly doubts: readonly ManifestFault[];
};

/**
 * Before the first write: the server refuses one object, when others are there already.
 * @param namespace Of objects that name none.
 * @throws {CliError} `usage`, with a line for each fault.
 */
export function checkFiles(
  objects: readonly ManifestObject[],
  namespace: string,
  validate: Validation,
  context: Pick<CliContext, "stderr">,
): void {
  const { faults, unknown, doubts: inFiles } = checkManifests(objects, namespace);
  const refused = validate === "strict" ? [...faults, ...unknown] : faults;
  if (refused.length > 0) throw new CliError("usage", `nothing was applied:\n${refused.map(formatFault).join("\n")}`);
  if (validate === "ignore") return;
  const doubts = objects.flatMap(({ kind, resource }) =>
    doubtsOf(kind, resource).map(
      (doubt) => `${kind.singular}/${resource.metadata.name ?? resource.metadata.generateName}: ${doubt}`,
    ),
  );
  for (const text of [...[...unknown, ...inFiles].map(formatFault), ...doubts]) context.stderr(`Warning: ${text}\n`);
}

export function checkManifests(objects: readonly ManifestObject[], namespace = "default"): ManifestChecks {
  const checked = objects.map((object) => {
    const template = checkTemplate(object);
    const unknown = unknownFields(object.kind, object.resource).map((field) => ({
      ...object.source.faultAtKey(field.path, unknownFieldText(field)),
      // The sentence names it.
      field: "",
    }));
    return { faults: [...checkMetadata(object), ...template.problems], unknown: [...unknown, ...template.warnings] };
  });
  const faults = [...checked.flatMap(({ faults }) => faults), ...clashesIn(objects, namespace)];
  return { faults, unknown: checked.flatMap(({ unknown }) => unknown), doubts: objects.flatMap(manifestDoubts) };
}

/** As the server looks at it. */
function checkMetadata({ kind, resource, source }: ManifestObject): ManifestFault[] {
  const { name, generateName, namespace = kind.scope === "cluster" ? "" : "default" } = resource.metadata;
  // Of a name that is yet to be completed its beginning is looked at.
  const kept = { uid: "", resourceVersion: "", generation: 0 };
  const metadata = { ...resource.metadata, ...kept, name: name ?? `${generateName}x`, namespace };
  return metadataFaults(kind, metadata).map(({ field, message }) => source.faultAt(stepsOf(field), message));
}

const dataPath = ["spec", "data"];

function checkTemplate({ kind, resource, source }: ManifestObject) {
  const { data } = Object(resource.spec) as { readonly data?: unknown };
  if (kind.kind !== "Template" || typeof data !== "string" || data === "") return { problems: [], warnings: [] };
  const { problems, warnings } = checkSource({ name: resource.metadata.name ?? "", data });
  const inFile = (problem: TemplateProblem): ManifestFault => placedInFile(problem, data, source);
  return { problems: once(problems.map(inFile)), warnings: once(warnings.map(inFile)) };
}

/** Of a folded text all is one fault. */
function once(faults: readonly ManifestFault[]): ManifestFault[] {
  return [...new Map(faults.map((fault) => [formatFault(fault), fault])).values()];
}

/** Lines of a literal block (`|`) are the file's own; of any other text the place is told as one within it. */
function placedInFile(
  { line, column, field, message }: TemplateProblem,
  data: string,
  source: ManifestObject["source"],
): ManifestFault {
  const start = source.faultAt(dataPath, "");
  const header = source.line(start.line).slice(start.column - 1);
  if (header.startsWith(">"))
    return { ...start, message: "> makes one line of several, which is no template: write | in its place" };
  if (!/^\|[-+\d]*\s*(#.*)?$/.test(header)) {
    const what = field === "" ? message : `${field}: ${message}`;
    return { ...start, message: `line ${line}, column ${column} of the template: ${what}` };
  }
  // Of a line the block takes its own indentation away.
  const [written, read = ""] = [source.line(start.line + line), data.split("\n")[line - 1]];
  return { ...start, line: start.line + line, column: column + written.length - read.length, field, message };
}
