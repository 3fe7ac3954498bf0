// Says of every Hardware whether its machine is served by it as it stands.
import { type FoundField, fieldsAt, type Hardware, type HardwareStatus, hardwareDoubts, kinds } from "@neverland/api";
import type { Controller } from "@neverland/controller-kit/controller.ts";
import type { Clock } from "@neverland/platform/time/clock.ts";
import { type Goal, withGoal } from "./goal/goal.ts";
import { statusController } from "./goal/status-controller.ts";

const ipv4Pattern = /^\d+\.\d+\.\d+\.\d+$/;
/** What is wrong with more of them is told by DHCP, on the machine's timeline. */
const mostDoubts = 8;

export function hardwareController({ clock }: { readonly clock: Pick<Clock, "nowMs"> }): Controller {
  const statusOf = (hardware: Hardware, time: string): HardwareStatus =>
    withGoal(hardware.status ?? {}, goalOf(hardware), hardware.metadata.generation, time);
  return statusController({ name: "hardware-controller", kind: kinds.Hardware, clock, statusOf });
}

function goalOf(hardware: Hardware): Goal {
  const addresses = fieldsAt(hardware, "spec.interfaces[].dhcp.ip.address").filter(isText);
  if (addresses.length > 0 && !addresses.some(({ value }) => ipv4Pattern.test(String(value)))) {
    const message = `machines boot by IPv4 alone, and ${addresses.map(({ value }) => value).join(", ")} is none: give the interface an IPv4 address`;
    return { is: "stalled", reason: "NoIPv4Address", message };
  }
  const doubts = hardwareDoubts(hardware).slice(0, mostDoubts);
  return doubts.length > 0
    ? { is: "reached", reason: "ServedInPart", message: doubts.join("; ") }
    : { is: "reached", reason: "Served", message: "the machine is known by its Hardware" };
}

function isText({ value }: FoundField): boolean {
  return typeof value === "string" && value !== "";
}
