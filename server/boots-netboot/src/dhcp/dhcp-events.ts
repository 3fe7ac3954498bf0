// What a DHCP decision looks like on a machine's timeline.
import type { EventReason, MachineEventInput } from "@neverland/api";
import type { DhcpMessage, MacAddress } from "@neverland/protocols";
import type { EventGate } from "@neverland/timeline/event-gate.ts";
import type { BootPlan } from "../boot-plan.ts";
import { conflictMinutes } from "./address-conflicts.ts";
import { addressAfter } from "./dhcp-grant-text.ts";
import type { DhcpDecision } from "./dhcp-responder.ts";

/** Silences are repeated on the timeline after this long, answers to a repeated message after a moment. */
const silenceQuietMs = 24 * 3_600_000;
const repeatQuietMs = 10_000;

const eventTypes = { offer: "DhcpOffer", ack: "DhcpAck", nak: "DhcpNak" } as const;

export function recordDhcp(
  gate: EventGate,
  message: DhcpMessage,
  mac: MacAddress | undefined,
  decision: DhcpDecision,
): void {
  const event = { source: "boots/dhcp", mac } as const;
  switch (decision.kind) {
    case "ignored": {
      const { reason } = decision;
      gate.once(`dhcp ${reason} ${mac}`, silenceQuietMs, {
        ...event,
        type: "DhcpIgnored",
        reason,
        message: decision.message,
      });
      return;
    }
    case "noted":
      gate.once(`dhcp ${decision.note} ${mac} ${message.xid}`, repeatQuietMs, {
        ...event,
        hardware: decision.machine.key,
        ...notedEvent(decision),
      });
      return;
    case "reply": {
      const type = eventTypes[decision.type];
      const cause = `${type} ${mac} ${message.xid}`;
      const hardware = decision.machine.key;
      gate.once(cause, repeatQuietMs, { ...event, hardware, type, ...replyFacts(message, decision) });
    }
  }
}

function notedEvent({
  note,
  address,
  machine,
}: DhcpDecision & { kind: "noted" }): Pick<MachineEventInput, "type" | "reason" | "message" | "data"> {
  if (note === "released")
    return { type: "DhcpRelease", message: `${machine.mac} gave ${address} back`, data: { address } };
  return {
    type: "DhcpDecline",
    reason: "AddressInUse",
    message: `${machine.mac} says that ${address} is in use by another machine, so it is not offered for ${conflictMinutes} minutes; find that machine or change the reservation`,
    data: { address },
  };
}

function replyFacts(
  message: DhcpMessage,
  { type, plan, client, reply, message: text }: DhcpDecision & { kind: "reply" },
) {
  const reason: EventReason | undefined =
    type === "nak" ? "WrongAddress" : plan.kind === "refused" ? plan.reason : undefined;
  const data: Record<string, string | number | boolean> = { xid: message.xid, plan: plan.kind };
  if (type !== "nak") data.address = addressAfter(reply);
  if (client.vendorClass !== "") data.vendorClass = client.vendorClass;
  if (client.uuid !== undefined) data.uuid = client.uuid;
  const file = planFile(plan);
  if (file !== undefined) data.file = file;
  return { reason, message: text, data };
}

function planFile(plan: BootPlan): string | undefined {
  return plan.kind === "not-asked" || plan.kind === "refused" ? undefined : plan.file;
}
