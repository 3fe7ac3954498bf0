// Objects as -o asks for them: json, yaml, name or a JSONPath template.
import { findKind, qualifiedName, type Resource } from "@neverland/api";
import { writeYaml } from "@neverland/yaml";
import { CliError } from "../cli-error.ts";
import { renderJsonPath } from "./jsonpath.ts";
import { JsonPathError } from "./jsonpath-parser.ts";

export type ObjectFormat =
  | { readonly type: "json" | "yaml" | "name" }
  | { readonly type: "jsonpath"; readonly template: string };

export type OutputFormat = ObjectFormat | { readonly type: "table"; readonly wide: boolean };

/** Reads the value of `-o`. @throws {CliError} `usage`, with the values there are. */
export function parseOutputFormat(text: string | undefined): OutputFormat {
  if (text === undefined) return { type: "table", wide: false };
  if (text === "wide") return { type: "table", wide: true };
  if (text === "json" || text === "yaml" || text === "name") return { type: text };
  const template = /^jsonpath=(.*)$/s.exec(text)?.[1];
  if (template !== undefined) return { type: "jsonpath", template };
  throw new CliError("usage", `-o ${text}: expected json, yaml, wide, name or jsonpath=TEMPLATE`);
}

/** Several objects print as a List, one as itself; names print a line each. Ends in a newline, but for a JSONPath. */
export function formatObjects(objects: readonly Resource[], one: boolean, format: ObjectFormat): string {
  const [first] = objects;
  const value =
    one && first !== undefined
      ? first
      : { apiVersion: "v1", kind: "List", metadata: { resourceVersion: "" }, items: objects };
  switch (format.type) {
    case "json":
      return `${JSON.stringify(value, null, 2)}\n`;
    case "yaml":
      return writeYaml(value);
    case "name":
      return objects.map((object) => `${formatName(object)}\n`).join("");
    case "jsonpath":
      return renderTemplate(format.template, value);
  }
}

function renderTemplate(template: string, value: unknown): string {
  try {
    return renderJsonPath(template, value);
  } catch (error) {
    if (error instanceof JsonPathError) throw new CliError("usage", error.message, { cause: error });
    throw error;
  }
}

/** `workflow.tinkerbell.org/name`, as kubectl names things. */
function formatName({ apiVersion, kind, metadata }: Resource): string {
  const info = findKind(apiVersion, kind);
  const singular = info?.singular ?? kind.toLowerCase();
  return `${info ? qualifiedName(info, singular) : singular}/${metadata.name}`;
}
