// What a machine was refused and has not got since: what stands between it and its next step.
import { type EventReason, eventReasonInfo } from "../event-reasons.ts";
import { type EventType, eventTypeInfo } from "../event-types.ts";
import { type BootStage, newestBoot, rankOf, stageOf } from "../newest-boot.ts";
import type { TimelineEvent } from "../timeline-event.ts";

/** What is refused again sooner than this may not be written down again. */
const quietMs = 60_000;

/** Which stage of the way the refused thing is for: who has come so far since then has got it. */
const stages: { readonly [T in EventType]?: BootStage } = {
  DhcpIgnored: "address",
  DhcpNak: "address",
  NearMacHeard: "address",
  DhcpDecline: "address",
  Ipv6BootRefused: "loader",
  TftpRefused: "loader",
  TftpIgnored: "loader",
  TftpBrokenOff: "loader",
  HttpRefused: "script",
  HttpBrokenOff: "kernel",
  WorkerRefused: "worker",
  WorkerMoved: "worker",
  MetadataRefused: "system",
};

/**
 * The last refusal or silence of each reason that nothing later has ended: what was said, and what to do.
 * @param timeline Oldest first.
 * @param fromMs What is older is over with the boot that it was of, but for what is said of a boot no more than once a day.
 */
export function standingRefusals(
  timeline: readonly TimelineEvent[],
  fromMs = (newestBoot(timeline)[0]?.atMs ?? 0) - quietMs,
): { reason: string; why: string; todo: string | undefined }[] {
  const later = { furthest: -1, got: new Set<string>() };
  const standing = new Map<string, TimelineEvent>();
  for (const event of timeline.toReversed()) {
    const { reason, type } = event;
    const { sort, isAnswer } = eventTypeInfo(type) ?? {};
    if (isAnswer) continue;
    if (reason !== "" && sort === "refusal") {
      const isRecent = event.atMs >= fromMs || type === ("DhcpIgnored" satisfies EventType);
      if (isRecent && !standing.has(reason) && !isOver(event, later)) standing.set(reason, event);
    } else {
      const stage = stageOf(event);
      if (stage !== undefined) later.furthest = Math.max(later.furthest, rankOf(stage));
      for (const got of thingsOf(event)) later.got.add(got);
    }
  }
  return [...standing.values()].toReversed().map((event) => ({
    reason: event.reason,
    why: event.message,
    todo: todoOf(event),
  }));
}

function todoOf({ reason, type, workflow }: TimelineEvent): string | undefined {
  const todo = eventReasonInfo(reason)?.mend ?? eventTypeInfo(type)?.todo;
  const name = workflow.split("/").at(-1);
  return name ? todo?.replaceAll(/(?<=\btink .*)\bNAME\b/g, name) : todo;
}

/** What the machine did after it: how far it came in any boot, and what it was given. */
type Later = { readonly furthest: number; readonly got: ReadonlySet<string> };

function isOver(refusal: TimelineEvent, { furthest, got }: Later): boolean {
  if (thingsOf(refusal).some((thing) => got.has(thing))) return true;
  const stage = stageOfRefusal(refusal);
  return stage !== undefined && furthest >= rankOf(stage);
}

function stageOfRefusal({ type, reason, data }: TimelineEvent): BootStage | undefined {
  // What an action reads is no step of the boot.
  if (typeof data.path === "string" && data.path.startsWith("/files/")) return undefined;
  if (reason === ("HookNotBuilt" satisfies EventReason)) return "kernel";
  return stages[type as EventType]; // one of an older or newer server finds nothing
}

/** What an event is about, by name: the same name in a later success is the same thing. */
function thingsOf({ type, reason, data: { file, path, image } }: TimelineEvent): string[] {
  const isOfNetboot =
    type === ("NetbootAllowed" satisfies EventType) || reason === ("NetbootNotAllowed" satisfies EventReason);
  return [
    ...(isOfNetboot ? ["permission to netboot"] : []),
    ...(typeof image === "string" ? [`image ${image}`] : []),
    ...(typeof path === "string" ? [`file ${path.replace(/\?.*$/s, "").split("/").at(-1)}`] : []),
    ...(typeof file === "string" ? [`file ${file.split("/").at(-1)}`] : []),
  ];
}
