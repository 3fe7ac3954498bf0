// MachineEvent (metal.neverland.dev/v1alpha1): one fact about one machine, written once and never changed.
// Boots, Hegel, Tink Server, controllers and the lab record them; a machine's timeline and its stage bill are read from them.
import { z } from "zod";
import type { Resource } from "../resource.ts";
import type { EventReason } from "../timeline/event-reasons.ts";
import type { EventSource } from "../timeline/event-sources.ts";
import type { EventType } from "../timeline/event-types.ts";

/** Small facts for programs. */
const dataSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** An event that was put on a timeline, for who counts by itself how often it comes again. */
export type RecordedEvent = {
  /** @param lastMs When it came last, in ms since 1970. */
  repeated(count: number, lastMs: number): void;
};

/** What a component hands to the injected `record` port. Who it is about may be said by any of the first four. */
export type MachineEventInput = {
  /** Hardware's `namespace/name`, or its name within the workflow's namespace. */
  readonly hardware?: string | undefined;
  /** With colons. */
  readonly mac?: string | undefined;
  /** The caller's IP address, when the component knows no more of the machine. */
  readonly address?: string | undefined;
  /** The interface that the machine was heard on: strangers are remembered by link. */
  readonly link?: string | undefined;
  /** `namespace/name`, when the fact belongs to a workflow. */
  readonly workflow?: string | undefined;
  readonly source: EventSource;
  readonly type: EventType;
  /** For each refusal and silence. */
  readonly reason?: EventReason | undefined;
  /** One sentence for people. */
  readonly message: string;
  readonly data?: Readonly<z.infer<typeof dataSchema>> | undefined;
};

/** As stored. Types, reasons and sources are free text here: an event of an older or newer server stays readable. */
export const machineEventSpecSchema = z.looseObject({
  hardware: z.string().optional().describe("The Hardware's name, in the event's own namespace."),
  mac: z.string().optional().describe("The machine's MAC, lower case with colons."),
  address: z.string().optional().describe("The caller's IP address, where that is what was known of it."),
  link: z.string().optional().describe("The server's interface that the machine was heard on."),
  workflow: z.string().optional().describe("The workflow's namespace/name."),
  source: z.string().describe("Who says so, such as boots/dhcp."),
  type: z.string().describe("What happened, in CamelCase; docs/events.md has them all."),
  reason: z.string().optional().describe("Why, in CamelCase; docs/events.md says what to do about each."),
  message: z.string().describe("One sentence for people."),
  data: dataSchema.optional().describe("Small facts for programs, by name."),
  time: z.string().describe("When it was first seen, by the server's clock: RFC 3339 with milliseconds."),
  count: z
    .int()
    .optional()
    .describe("How often the same fact was seen; the rest of the event is its first sight. Absent: once."),
  lastTime: z.string().optional().describe("When it was last seen; absent when it was seen once."),
});
export type MachineEventSpec = z.infer<typeof machineEventSpecSchema>;
export type MachineEvent = Resource<MachineEventSpec, never>;
