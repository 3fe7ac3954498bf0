// How far a machine has come on its way to work, and what stands between it and the next step.
import { eventReasonInfo } from "./event-reasons.ts";
import { type EventMark, eventTypeInfo, markOf } from "./event-types.ts";
import type { TimelineEvent } from "./timeline-event.ts";

export type BootStep = {
  /** What it did, as the end of "it ...". */
  readonly did: string;
  /** What must come next, as the end of "the next step is ...". */
  readonly next: string;
  /** What usually keeps it from that. */
  readonly hint: string;
};

const notSeen: BootStep = {
  did: "has not been seen on the network",
  next: "its first DHCP request",
  hint: "switch it on with network boot first in its boot order, on a network that tink up listens on, and check the MAC in its Hardware",
};

/** By the mark that shows it; later ones are further on. */
const steps: readonly (readonly [marks: readonly (EventMark | undefined)[], step: BootStep])[] = [
  [
    ["address", "router"],
    {
      did: "got an address by DHCP",
      next: "that it fetches its boot file or script",
      hint: "if it stays so, another DHCP server may have answered too, or UDP port 69 and the HTTP port are blocked",
    },
  ],
  [
    ["loader"],
    {
      did: "fetched iPXE",
      next: "that iPXE asks for its script",
      hint: "if it stays so, iPXE has no driver for the network card: look at the console",
    },
  ],
  [
    ["script"],
    {
      did: "got its boot script",
      next: "that it fetches kernel and initramfs",
      hint: "if it stays so, the files are missing (tink hook build) or the address in the script cannot be reached from the machine",
    },
  ],
  [
    ["kernel"],
    {
      did: "fetched the in-memory system",
      next: "that its worker asks for work",
      hint: "if it stays so, the system does not come up or finds no network card: look at the console",
    },
  ],
  [
    ["worker"],
    {
      did: "runs a worker that asked for work",
      next: "a workflow with a task for that worker",
      hint: "the worker's id must be the one that the template's `worker` renders to",
    },
  ],
];

/** The furthest step since `fromMs`. */
export function bootProgress(
  timeline: readonly TimelineEvent[],
  fromMs: number,
): BootStep & { readonly event?: TimelineEvent } {
  const recent = timeline.filter(({ atMs }) => atMs >= fromMs);
  for (const [marks, step] of steps.toReversed()) {
    const event = recent.findLast(({ type }) => marks.includes(markOf(type)));
    if (event !== undefined) return { ...step, event };
  }
  return notSeen;
}

/** The last refusal or silence of each reason since `fromMs`: what was said, and what to do. */
export function refusalsSince(
  timeline: readonly TimelineEvent[],
  fromMs: number,
): { why: string; todo: string | undefined }[] {
  const refused = timeline.filter(
    ({ atMs, reason, type }) => atMs >= fromMs && reason !== "" && eventTypeInfo(type)?.sort === "refusal",
  );
  const last = new Map(refused.map((event) => [event.reason, event]));
  return [...last.values()].map(({ message, reason, type }) => ({
    why: message,
    todo: eventReasonInfo(reason)?.mend ?? eventTypeInfo(type)?.todo,
  }));
}
