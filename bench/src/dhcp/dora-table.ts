// The runs of several servers as a table: medians, and the ratio to Kea.
import { median } from "../figures/median.ts";
import type { ServerName } from "./dhcp-servers.ts";
import type { DoraRun } from "./dora-run.ts";

/** Late: dropped, though an answer came after all. */
const columns = [
  "DORA/s",
  "p50 ms",
  "p99 ms",
  "CPU us",
  "dropped %",
  "late %",
  "RSS MiB",
  "rate/Kea",
  "CPU/Kea",
  "asking %",
];
const peer: ServerName = "Kea";
const width = 11;
/** Of one core: above it the asking may be what limits. */
const busyShare = 0.85;

export function printTitle(title: string): void {
  console.log(`\n${title.padEnd(44)}${columns.map((column) => column.padStart(width)).join("")}`);
}

export function printRuns(runs: ReadonlyMap<ServerName, readonly DoraRun[]>): void {
  const kea = runs.get(peer) ?? [];
  for (const [name, rows] of runs) {
    const of = (figure: (run: DoraRun) => number) => median(rows.map(figure));
    const ratio = (figure: (run: DoraRun) => number) => (of(figure) / median(kea.map(figure))).toFixed(2);
    const own = of(({ ownCpuShare }) => ownCpuShare);
    const values = [
      of(rateOf).toFixed(0),
      of(({ latencyMs }) => latencyMs.p50).toFixed(2),
      of(({ latencyMs }) => latencyMs.p99).toFixed(1),
      of(cpuOf).toFixed(0),
      of(({ done, dropped }) => (dropped / (done + dropped)) * 100).toFixed(1),
      of(({ done, dropped, late }) => (late / (done + dropped)) * 100).toFixed(1),
      of(({ residentMiB }) => residentMiB).toFixed(0),
      ratio(rateOf),
      ratio(cpuOf),
      (own * 100).toFixed(0),
    ];
    const each = `(${rows.map((run) => rateOf(run).toFixed(0)).join(", ")})`;
    console.log(`  ${name.padEnd(10)}${each.padEnd(32)}${values.map((value) => value.padStart(width)).join("")}`);
    if (own > busyShare) console.log("    the asking was the limit, not the server");
  }
}

const rateOf = ({ perSecond }: DoraRun) => perSecond;
const cpuOf = ({ serverCpuMicroseconds }: DoraRun) => serverCpuMicroseconds;
