// Reads -o and --template: which form objects are wanted in.
import { readFile } from "node:fs/promises";
import { CliError } from "../../cli-error.ts";
import type { CustomColumn } from "./custom-columns.ts";

/** Forms of one value, whatever it is. */
export type ValueFormat =
  | { readonly type: "json" | "yaml" }
  | { readonly type: "jsonpath" | "jsonpath-as-json" | "go-template"; readonly template: string };

export type ObjectFormat =
  | ValueFormat
  | { readonly type: "name" }
  | { readonly type: "custom-columns"; readonly columns: readonly CustomColumn[] };

export type OutputFormat = ObjectFormat | { readonly type: "table"; readonly wide: boolean };

const forms =
  "json, yaml, name, wide, jsonpath=TEMPLATE, jsonpath-as-json=TEMPLATE, jsonpath-file=FILE, custom-columns=SPEC, custom-columns-file=FILE, go-template=TEMPLATE, go-template-file=FILE";

/**
 * @param text The value of `-o`: none is a table. @param template The value of `--template`, for forms that have one.
 * @throws {CliError} `usage`, with the forms there are.
 */
export async function readOutputFormat(text: string | undefined, template?: string): Promise<OutputFormat> {
  if (text === undefined)
    return template === undefined ? { type: "table", wide: false } : { type: "go-template", template };
  const [, name = "", given] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? [];
  const value = given ?? template;
  switch (name) {
    case "wide":
      return { type: "table", wide: true };
    case "json":
    case "yaml":
    case "name":
      return { type: name };
    case "jsonpath":
    case "jsonpath-as-json":
    case "go-template":
      return { type: name, template: value ?? needsValue(name) };
    case "template":
      return { type: "go-template", template: value ?? needsValue(name) };
    case "jsonpath-file":
      return { type: "jsonpath", template: await contentOf(name, value) };
    case "go-template-file":
    case "templatefile":
      return { type: "go-template", template: await contentOf(name, value) };
    case "custom-columns":
    case "custom-columns-file": {
      const { readColumnFile, readColumns } = await import("./custom-columns.ts");
      const columns =
        name === "custom-columns"
          ? readColumns(value ?? needsValue(name))
          : readColumnFile(await contentOf(name, value));
      return { type: "custom-columns", columns };
    }
    default:
      throw new CliError("usage", `-o ${text}: expected one of ${forms}`);
  }
}

function needsValue(name: string): never {
  throw new CliError("usage", `-o ${name}: expected ${name}=…; there are ${forms}`);
}

async function contentOf(name: string, path: string | undefined): Promise<string> {
  if (path === undefined) return needsValue(name);
  return await readFile(path, "utf8").catch((error: Error) => {
    throw new CliError("usage", `-o ${name}=${path} cannot be read: ${error.message}`, { cause: error });
  });
}
