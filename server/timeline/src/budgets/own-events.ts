// What the timeline says of itself: which events are not on it, and why.

import type { MachineEventInput } from "@neverland/api";
import { counted } from "@neverland/api";
import { formatTime } from "@neverland/platform/time/clock.ts";
import { type Subject, strangerOf } from "../memory/event-subject.ts";
import type { LeftOut } from "./event-budgets.ts";

/** An event and the machine on whose timeline it is. */
export type OwnEvent = { readonly event: MachineEventInput; readonly subject: Subject };

const nobody: Subject = { namespace: "default" };

/** Beyond a budget. */
export function leftOutEvent({ subject, link, address, source, type, count, sinceMs }: LeftOut): OwnEvent {
  const { whose, kept } = strangersText(subject, link, address);
  const since = formatTime(sinceMs);
  const message = `and ${counted(count, "more event")} of ${source}${whose} since ${since}, the last a ${type}, ${count === 1 ? "was" : "were"} not written down${kept}`;
  return {
    event: { source: "timeline", type: "EventsLeftOut", reason: "TooManyEvents", message, data: { count } },
    subject: subject.hardware === undefined ? nobody : subject,
  };
}

/** Given up before they were on the disk. @param hasFailed It took none, and was not only slow. */
export function lostEvent(lostLines: number, hasFailed: boolean): OwnEvent {
  const reason = hasFailed ? "DiskFailed" : "TooManyEvents";
  const why = hasFailed ? "while the disk took none" : "since more came at once than the disk takes";
  const message = `${counted(lostLines, "event was", "events were")} not written down ${why}`;
  return { event: { source: "timeline", type: "EventsLeftOut", reason, message }, subject: nobody };
}

/** Of whom, and where what was left out can be seen nevertheless. */
function strangersText(subject: Subject, link: string | undefined, address: string | undefined) {
  switch (strangerOf(subject, address)?.by) {
    case "mac":
      return {
        whose: ` of MACs without Hardware${link === undefined ? "" : ` on ${link}`}`,
        kept: "; tink explain MAC knows the newest of them",
      };
    case "address":
      return { whose: " of addresses without Hardware", kept: "; tink get machineevents shows the newest of them" };
    case undefined:
      return { whose: "", kept: "" };
  }
}
