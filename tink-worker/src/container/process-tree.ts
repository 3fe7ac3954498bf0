// A process' descendants, for containers that share the host's PID namespace: there, killing the first leaves the others alive.

import { readdirSync, readFileSync } from "node:fs";

type ProcessEntry = { readonly pid: number; readonly parentPid: number };

/** Reads /proc/PID/stat (proc_pid_stat(5)); the name in it may hold spaces and brackets. */
export function processEntry(stat: string): ProcessEntry | undefined {
  const match = /^(\d+) \(.*\) \S (\d+) /s.exec(stat);
  return match === null ? undefined : { pid: Number(match[1]), parentPid: Number(match[2]) };
}

/** All below `root`, parents before children; `root` is not among them. */
export function descendants(processes: readonly ProcessEntry[], root: number): number[] {
  const found = [root];
  for (const parent of found)
    found.push(...processes.filter(({ parentPid }) => parentPid === parent).map(({ pid }) => pid));
  return found.slice(1);
}

/** Kills the grandchildren of a supervisor: its child is the OCI runtime, which must live to tell the exit code. */
export function killContainerProcesses(supervisorPid: number): void {
  const processes = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (readEntry(name) ?? []) : []));
  const runtimes = processes.filter(({ parentPid }) => parentPid === supervisorPid);
  for (const { pid } of runtimes) for (const inside of descendants(processes, pid)) killQuietly(inside);
}

function readEntry(pid: string): ProcessEntry | undefined {
  try {
    return processEntry(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return undefined; // it ended between the two looks
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it ended by itself
  }
}
