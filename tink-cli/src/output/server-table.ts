// Prints the server's Table answers, which know best what a kind's columns are.
import type { ResourceTable } from "@neverland/api";
import { formatTable } from "./table.ts";

/** @param withNamespace Adds a first column with each object's namespace, for lists over all of them. */
export function formatServerTable(
  table: ResourceTable,
  options: { wide: boolean; withNamespace: boolean; prefix?: string },
): string {
  const shown = table.columnDefinitions.flatMap(({ priority }, at) =>
    options.wide || (priority ?? 0) === 0 ? [at] : [],
  );
  const headings = shown.map((at) => table.columnDefinitions[at]?.name ?? "");
  const rows = table.rows.map(({ cells, object }) => {
    const row = shown.map((at) => formatCell(cells[at]));
    if (options.prefix !== undefined) row[0] = `${options.prefix}/${row[0]}`;
    return options.withNamespace ? [object?.metadata.namespace ?? "", ...row] : row;
  });
  return formatTable(options.withNamespace ? ["Namespace", ...headings] : headings, rows);
}

function formatCell(cell: unknown): string {
  // As kubectl: an empty cell could be taken for the next column's.
  return cell === undefined || cell === null || cell === "" ? "<none>" : String(cell);
}
