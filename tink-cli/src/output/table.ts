// Tables as kubectl prints them: columns in capitals, two spaces and more between them, nothing around.

/** kubectl's tab writer: blanks after the widest cell, and the least width of a column with them. */
const [padding, leastWidth] = [3, 6];

/**
 * Rows under headings, each column as wide as its widest cell .
 * @param asWritten Whether headings keep their case. @param headed Whether they are shown.
 * @returns Lines that end in a newline.
 */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  { headed = true, asWritten = false } = {},
): string {
  const head = asWritten ? headings : headings.map((heading) => heading.toUpperCase());
  const lines = headed ? [head, ...rows] : rows;
  const widths = headings.map((_, column) =>
    lines.reduce((width, line) => Math.max(width, (line[column] ?? "").length + padding), leastWidth),
  );
  return lines.map((line) => `${formatLine(line, widths)}\n`).join("");
}

/** The last cell ends its line. */
function formatLine(cells: readonly string[], widths: readonly number[]): string {
  const last = widths.length - 1;
  return widths.map((width, column) => (cells[column] ?? "").padEnd(column === last ? 0 : width)).join("");
}

/** An age as kubectl shows it: `45s`, `3m10s`, `2h5m`, `3d4h`, `40d`. */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 180) return `${minutes}m`;
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  if (hours < 48) return `${hours}h`;
  return days < 8 && hours % 24 !== 0 ? `${days}d${hours % 24}h` : `${days}d`;
}
