// --sort-by: by what a path finds; numbers as numbers, digits in texts as numbers too, and what is not there first.
import { readPath } from "./custom-columns.ts";
import { valuesOf } from "./jsonpath.ts";

const collator = new Intl.Collator("en", { numeric: true });

/** Keeps the order of equals. @param path A JSONPath, with or without braces. @throws {CliError} `usage` */
export function sortBy<T>(items: readonly T[], path: string, objectOf: (item: T) => unknown): T[] {
  const nodes = readPath(path);
  const keyed = items.map((item) => ({ item, key: valuesOf(nodes, objectOf(item))[0] }));
  return keyed.sort((a, b) => compare(a.key, b.key)).map(({ item }) => item);
}

function compare(a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1);
  if (typeof a === "number" && typeof b === "number") return a - b;
  return collator.compare(textOf(a), textOf(b));
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
