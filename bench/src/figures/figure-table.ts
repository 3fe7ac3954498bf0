// Named figures of several rounds, printed as their medians.
import { median } from "./median.ts";

/** Of one round, by name. */
export type Figures = Record<string, number>;

/** The median of each figure, and all rounds of it. */
export function printFigures(title: string, rows: readonly Figures[]): void {
  console.log(`\n${title}`);
  for (const name of Object.keys(rows[0] ?? {})) {
    const values = rows.map((row) => row[name] ?? Number.NaN);
    const show = (value: number) => value.toFixed(Math.abs(value) < 20 ? 2 : 0);
    console.log(`  ${name.padEnd(66)}${show(median(values)).padStart(9)}   (${values.map(show).join(", ")})`);
  }
}
