// What the process that plays a hall of machines is told, and what it says when all have started or given up.

export type StormOrder = {
  readonly server: string;
  readonly machines: number;
  /** All are switched on within this time. */
  readonly withinMs: number;
  /** How much of a file a machine reads in a second. */
  readonly bytesPerSecond: number;
  /** Made of `paperFile`, and compared with it byte for byte. */
  readonly binaryBytes: number;
  readonly kernelBytes: number;
  readonly initramfsBytes: number;
  /** Who has not started by then has failed. */
  readonly timeoutMs: number;
};

export const stages = [
  "DHCP of the firmware",
  "TFTP of iPXE",
  "DHCP of iPXE",
  "script",
  "kernel",
  "initramfs",
  "first action",
] as const;
export type Stage = (typeof stages)[number];

/** How a stage of one machine went: for how long, and how often something was said again. */
export type StageTook = {
  readonly stage: Stage;
  readonly ms: number;
  readonly repeats: number;
  /** Why the machine came no further. */
  readonly failure?: string;
};

export type StageResult = {
  readonly served: number;
  /** Times of those served. */
  readonly ms: { readonly p50: number; readonly p99: number; readonly most: number };
  /** Messages and requests that had to be repeated. */
  readonly repeats: number;
  /** How many machines ended here, by the reason. */
  readonly failures: Readonly<Record<string, number>>;
};

export type StormResult = {
  readonly stages: Readonly<Record<Stage, StageResult>>;
  readonly started: number;
  /** Until the last machine had started or given up. */
  readonly tookMs: number;
  readonly players: Players;
};

/** Those who play the machines: two threads, of which one speaks packets and the other HTTP and gRPC. */
export type Players = {
  /** Of all threads of the process; of that of packets. */
  readonly cpuMs: { readonly all: number; readonly packets: number };
  /** How much of the time they were late, from 0 to 1: see `Lateness`. */
  readonly lateShare: { readonly packets: number; readonly others: number };
  /** Answers that were lost because they did not read them in time. */
  readonly lostDatagrams: number;
};
