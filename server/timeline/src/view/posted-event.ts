// An event that somebody writes by the API, the lab above all: what is kept of it, and whose timeline it is on.
import { isTime, type MachineEventSpec, machineEventSpecSchema } from "@neverland/api";
import { formatTime } from "@neverland/platform/time/clock.ts";
import type { NewResource } from "@neverland/store/resource-store.ts";
import type { NewEvent } from "../memory/event-memory.ts";
import { type MachineLookup, type Subject, subjectOf } from "../memory/event-subject.ts";

export type PostedEvent = { readonly event: NewEvent; readonly subject: Subject };

export function postedEvent({ metadata, spec: said }: NewResource, lookup: MachineLookup, nowMs: number): PostedEvent {
  const { namespace, name, uid: _, resourceVersion: __, generation: ___, creationTimestamp: ____, ...meta } = metadata;
  const { lastTime, ...given } = machineEventSpecSchema.parse(said);
  const { hardware, mac, workflow } = given;
  // Types are free text here: the lab may be of another version.
  const who = subjectOf({ hardware, mac, workflow, source: "lab", type: "PoweredOn", message: "" }, lookup);
  const subject = {
    ...(who.hardware && who.namespace === namespace && { hardware: who.hardware }),
    ...(who.mac && { mac: who.mac }),
  };
  const spec: MachineEventSpec = {
    ...given,
    ...subject,
    time: isTime(given.time) ? given.time : formatTime(nowMs),
    ...(lastTime !== undefined && isTime(lastTime) && { lastTime }),
  };
  return { event: { namespace, name, meta, spec }, subject: { namespace, ...subject } };
}
