// Objects as -o asks for them: json, yaml, names, or by a template.
import type { Resource } from "@neverland/api";
import { findKindNames, qualifiedName } from "@neverland/api/kind-names";
import { CliError } from "../../cli-error.ts";
import { formatColumns } from "./custom-columns.ts";
import { renderJsonPath, valuesOf } from "./jsonpath.ts";
import { JsonPathError, parseJsonPath } from "./jsonpath-parser.ts";
import { writeKubectlJson } from "./kubectl-json.ts";
import type { ObjectFormat, ValueFormat } from "./output-format.ts";

export type Shown = {
  readonly format: ObjectFormat;
  /** Over columns. */
  readonly headed?: boolean;
  /** Who set which field is for programs, and hidden unless it is asked for. */
  readonly managedFields?: boolean;
};

/** Several objects print as a List, one as itself; names print a line each. Ends in a newline, but for templates. */
export async function formatObjects(objects: readonly Resource[], one: boolean, shown: Shown): Promise<string> {
  const { format } = shown;
  const items = shown.managedFields ? objects : objects.map(withoutManagedFields);
  if (format.type === "name") return items.map((object) => `${formatName(object)}\n`).join("");
  if (format.type === "custom-columns") return formatColumns(format.columns, items, shown.headed ?? true);
  const [first] = items;
  return await formatValue(one && first !== undefined ? first : listOf(items), format);
}

/** As kubectl puts together what is of several kinds. */
function listOf(items: readonly Resource[]): object {
  return { apiVersion: "v1", kind: "List", metadata: { resourceVersion: "" }, items };
}

// Each form brings what it needs, and waits for no other.
export async function formatValue(value: unknown, format: ValueFormat): Promise<string> {
  switch (format.type) {
    case "json":
      return writeKubectlJson(value);
    case "yaml": {
      const { writeKubectlYaml } = await import("@neverland/yaml");
      return writeKubectlYaml(value);
    }
    case "jsonpath":
      return ofTemplate(() => renderJsonPath(format.template, value));
    case "jsonpath-as-json":
      return ofTemplate(() => writeKubectlJson(valuesOf(parseJsonPath(format.template), value)));
    case "go-template": {
      const { renderGoTemplate } = await import("./go-template.ts");
      return renderGoTemplate(format.template, value);
    }
  }
}

function ofTemplate(render: () => string): string {
  try {
    return render();
  } catch (error) {
    if (error instanceof JsonPathError) throw new CliError("usage", error.message, { cause: error });
    throw error;
  }
}

function withoutManagedFields(object: Resource): Resource {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** `workflow.tinkerbell.org/name`, as kubectl names things. */
function formatName({
  apiVersion,
  kind,
  metadata,
}: Pick<Resource, "apiVersion" | "kind"> & { readonly metadata: { readonly name: string } }): string {
  const info = findKindNames(apiVersion, kind);
  const singular = info?.singular ?? kind.toLowerCase();
  return `${info ? qualifiedName(info, singular) : singular}/${metadata.name}`;
}
