// The runs of several servers as a table: medians, and the ratios to the peers.
import type { ReadResult } from "@neverland/paper-rack/tftp/read-order.ts";
import { median } from "../figures/median.ts";
import type { TftpServerName } from "./tftp-servers.ts";

export interface ReadRun extends ReadResult {
  readonly serverCpuMs: number;
}

/** CPU: not of tftpd-hpa, whose processes for each transfer end unseen. Window: what was granted. Silences: clients that heard nothing for a second, in all rounds. */
const columns = ["MB/s", "CPU ms/MB", "x atftpd", "x hpa", "window", "silences", "reading %"];
const width = 11;

export function printReadsTitle(title: string): void {
  console.log(`\n${title.padEnd(68)}${columns.map((column) => column.padStart(width)).join("")}`);
}

export function printReads(runs: ReadonlyMap<TftpServerName, readonly ReadRun[]>): void {
  const rateOf = (name: TftpServerName) => median((runs.get(name) ?? []).map(rate));
  for (const [name, rows] of runs) {
    const values = [
      rateOf(name).toFixed(1),
      name === "tftpd-hpa" ? "-" : median(rows.map(({ serverCpuMs, megabytes }) => serverCpuMs / megabytes)).toFixed(2),
      (rateOf(name) / rateOf("atftpd")).toFixed(2),
      (rateOf(name) / rateOf("tftpd-hpa")).toFixed(2),
      String(rows[0]?.granted.windowBlocks ?? ""),
      String(rows.reduce((sum, { silences }) => sum + silences, 0)),
      (median(rows.map(({ ownCpuShare }) => ownCpuShare)) * 100).toFixed(0),
    ];
    const each = `(${rows.map((run) => rate(run).toFixed(1)).join(", ")})`;
    console.log(`  ${name.padEnd(12)}${each.padEnd(54)}${values.map((value) => value.padStart(width)).join("")}`);
  }
}

const rate = ({ megabytes, seconds }: ReadRun): number => megabytes / seconds;
