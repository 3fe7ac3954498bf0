// What a lab machine tells those who watch it.
import type { EventType, MachineEventInput } from "@neverland/api";
import type { LabError } from "../lab-error.ts";
import type { MacAddress } from "./mac-address.ts";

export type LabEventBody =
  | { readonly type: "powered-on" }
  | { readonly type: "powered-off"; readonly by: "lab" | "guest" }
  | { readonly type: "reset"; readonly by: "lab" | "guest" }
  | { readonly type: "serial-line"; readonly line: string }
  | { readonly type: "died"; readonly error: LabError };

export type LabEvent = LabEventBody & {
  readonly machine: string;
  readonly mac: MacAddress;
  readonly atMs: number;
};

/** The machine's own facts for its timeline; serial lines are no facts of that kind. */
export function timelineEvent(event: LabEvent): MachineEventInput | undefined {
  const fact = (type: EventType, message: string): MachineEventInput => ({
    source: "lab",
    mac: event.mac,
    type,
    message,
  });
  switch (event.type) {
    case "powered-on":
      return fact("PoweredOn", `${event.machine} was powered on`);
    case "powered-off":
      return fact(
        "PoweredOff",
        `${event.machine} was powered off by ${event.by === "lab" ? "the lab" : "its operating system"}`,
      );
    case "reset":
      return fact("Reset", `${event.machine} was reset by ${event.by === "lab" ? "the lab" : "its operating system"}`);
    case "died":
      return { ...fact("MachineDied", event.error.message), reason: "QemuDied" };
    case "serial-line":
      return undefined;
  }
}
