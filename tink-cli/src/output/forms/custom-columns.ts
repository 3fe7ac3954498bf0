// -o custom-columns: headings of one's own, each over what a path finds in the objects.
import { CliError } from "../../cli-error.ts";
import { formatTable } from "../table.ts";
import { shownValue, valuesOf } from "./jsonpath.ts";
import { JsonPathError, type Node, parseJsonPath } from "./jsonpath-parser.ts";

export type CustomColumn = { readonly heading: string; readonly path: readonly Node[] };

/** `NAME:.metadata.name,RACK:.metadata.labels.rack`. @throws {CliError} `usage` */
export function readColumns(spec: string): CustomColumn[] {
  return spec.split(",").map((text) => {
    const [, heading, path] = /^([^:]*):(.+)$/s.exec(text) ?? [];
    if (heading === undefined || path === undefined)
      throw new CliError(
        "usage",
        `custom-columns, ${JSON.stringify(text)}: expected HEADING:PATH, as in NAME:.metadata.name`,
      );
    return { heading, path: readPath(path) };
  });
}

/** Headings on the first line, paths on the second, with blanks between. @throws {CliError} `usage` */
export function readColumnFile(text: string): CustomColumn[] {
  const [headings = [], paths = []] = text.split("\n").map((line) => line.trim().split(/\s+/));
  if (headings.length !== paths.length)
    throw new CliError("usage", `custom-columns-file: ${headings.length} headings stand over ${paths.length} paths`);
  return headings.map((heading, at) => ({ heading, path: readPath(paths[at] ?? "") }));
}

/** @throws {CliError} `usage` */
export function readPath(text: string): Node[] {
  const bare = text.replace(/^\{(.*)\}$/s, "$1").replace(/^\$/, "");
  try {
    return parseJsonPath(`{${bare.startsWith(".") || bare.startsWith("[") ? bare : `.${bare}`}}`);
  } catch (error) {
    throw error instanceof JsonPathError ? new CliError("usage", `${text}: ${error.message}`, { cause: error }) : error;
  }
}

/** Ends in a newline. What is not there is `<none>`. */
export function formatColumns(columns: readonly CustomColumn[], objects: readonly unknown[], headed: boolean): string {
  const rows = objects.map((object) =>
    columns.map(({ path }) => valuesOf(path, object).map(shownValue).join(",") || "<none>"),
  );
  const headings = columns.map(({ heading }) => heading);
  return formatTable(headings, rows, { headed, asWritten: true });
}
