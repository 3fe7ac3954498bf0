// How far a machine has come on its way to work, and what stands between it and the next step.
import { type BootStage, bootStages, newestBoot, stageOf } from "./newest-boot.ts";
import type { TimelineEvent } from "./timeline-event.ts";

export type BootStep = {
  /** What it did, as the end of "it ...". */
  readonly did: string;
  /** What must come next, as the end of "the next step is ...". */
  readonly next: string;
  /** What usually keeps it from that. */
  readonly hint: string;
};

export const notSeen: BootStep = {
  did: "has not been seen on the network",
  next: "its first DHCP request",
  hint: "switch it on with network boot first in its boot order, on a network that tink up listens on, and check the MAC in its Hardware",
};

const restart = "restart it with network boot first in its boot order, or look at its console";

export const bootSteps: { readonly [S in BootStage]: BootStep } = {
  address: {
    did: "got an address by DHCP",
    next: "that it fetches its boot file or script",
    hint: "if it stays so, another DHCP server may have answered too, or UDP port 69 and the HTTP port are blocked",
  },
  loader: {
    did: "fetched iPXE",
    next: "that iPXE asks for its script",
    hint: "if it stays so, iPXE has no driver for the network card: look at the console",
  },
  script: {
    did: "got its boot script",
    next: "that it fetches kernel and initramfs",
    hint: "if it stays so, the files are missing (tink hook build) or the address in the script cannot be reached from the machine",
  },
  kernel: {
    did: "fetched the in-memory system",
    next: "that its worker asks for work",
    hint: "if it stays so, the system does not come up or finds no network card: look at the console",
  },
  worker: {
    did: "ran a worker that asked for work",
    next: "a workflow with a task for that worker",
    hint: "the worker's id must be the one that the template's `worker` renders to",
  },
  system: {
    did: "ran an installed system",
    next: "that it starts anew, from the network",
    hint: restart,
  },
};

export type BootProgress = BootStep & {
  /** The last that was seen of the furthest step. */
  readonly event?: TimelineEvent;
  /** Nothing was seen of the machine since what it is asked about began. */
  readonly isBefore?: true;
};

/** How far the machine came in its newest boot, for what began at `fromMs`. */
export function bootProgress(timeline: readonly TimelineEvent[], fromMs: number): BootProgress {
  const boot = newestBoot(timeline);
  const stages = boot.map((event) => stageOf(event));
  const stage = bootStages.findLast((each) => stages.includes(each));
  const event = stage && boot[stages.lastIndexOf(stage)];
  if (stage === undefined || event === undefined) return notSeen;
  const isCurrent = boot.some(({ atMs }) => atMs >= fromMs);
  if (isCurrent) return { ...bootSteps[stage], event };
  const next = stage === "worker" ? "that its worker asks for work again" : "its next DHCP request";
  return { did: bootSteps[stage].did, next, hint: `if it stays so, ${restart}`, event, isBefore: true };
}
