// The stage bill as people read it: each stage, its seconds, and its share as a bar.

export type Stage = { readonly name: string; readonly seconds: number };

const barWidth = 30;

/** Lines that end in a newline; the last is the sum. Nothing for no stages. */
export function formatStageBill(stages: readonly Stage[]): string {
  if (stages.length === 0) return "";
  const total = stages.reduce((sum, stage) => sum + stage.seconds, 0);
  const width = Math.max(...stages.map((stage) => stage.name.length), "total".length);
  const line = (name: string, seconds: number, bar: string): string =>
    `  ${name.padEnd(width)} ${seconds.toFixed(1).padStart(7)} s  ${bar}`.trimEnd();
  const bars = stages.map(({ name, seconds }) =>
    line(name, seconds, "█".repeat(Math.round((seconds / total) * barWidth))),
  );
  return `${[...bars, line("total", total, "")].join("\n")}\n`;
}
