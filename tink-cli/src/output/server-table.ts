// Prints the server's Table answers, which know best what a kind's columns are.
import type { ResourceTable } from "@neverland/api";
import { formatTable } from "./table.ts";

export type TableOptions = {
  readonly wide?: boolean;
  /** A first column with each object's namespace, for lists over all of them. */
  readonly withNamespace?: boolean;
  /** Before each name, for lists of several kinds: `hardware.tinkerbell.org/`. */
  readonly prefix?: string;
  readonly headed?: boolean;
  /** Labels that have a column each. */
  readonly labelColumns?: readonly string[];
  /** A last column with all labels. */
  readonly showLabels?: boolean;
  /** A first column with what happened, for watches. */
  readonly event?: string;
};

export function formatServerTable(table: ResourceTable, options: TableOptions): string {
  const { wide, withNamespace, prefix = "", headed = true, labelColumns = [], showLabels, event } = options;
  const shown = table.columnDefinitions.flatMap(({ priority }, at) => (wide || (priority ?? 0) === 0 ? [at] : []));
  const headings = [
    ...(event === undefined ? [] : ["Event"]),
    ...(withNamespace ? ["Namespace"] : []),
    ...shown.map((at) => table.columnDefinitions[at]?.name ?? ""),
    ...labelColumns.map((label) => label.slice(label.lastIndexOf("/") + 1)),
    ...(showLabels ? ["Labels"] : []),
  ];
  const rows = table.rows.map(({ cells, object }) => {
    const { namespace = "", labels } = object?.metadata ?? {};
    return [
      ...(event === undefined ? [] : [event]),
      ...(withNamespace ? [namespace] : []),
      ...shown.map((at) => `${at === 0 ? prefix : ""}${cells[at] ?? ""}`),
      ...labelColumns.map((label) => labels?.[label] ?? ""),
      ...(showLabels ? [formatLabels(labels)] : []),
    ];
  });
  return formatTable(headings, rows, { headed });
}

function formatLabels(labels: Readonly<Record<string, string>> | null | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([name, value]) => `${name}=${value}`);
  return pairs.length === 0 ? "<none>" : pairs.sort().join(",");
}
