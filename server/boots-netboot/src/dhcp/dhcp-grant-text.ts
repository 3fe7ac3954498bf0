// What an offer or an acknowledgement reads like on the timeline: what was given to whom, and what it does with it.

import type { MachineCard } from "@neverland/machines/machine-card.ts";
import { type ClientIdentity, type DhcpMessage, type Ipv4Address, unspecifiedIpv4 } from "@neverland/protocols";
import { type BootClientKind, type BootPlan, bootClientKind } from "../boot-plan.ts";

export interface Grant {
  readonly type: "offer" | "ack";
  readonly reply: DhcpMessage;
  readonly machine: MachineCard;
  readonly plan: BootPlan;
  readonly client: ClientIdentity;
}

const clientNames: Readonly<Record<BootClientKind, string>> = {
  pxe: "the firmware (PXE)",
  http: "the firmware (HTTP boot)",
  ipxe: "iPXE",
};

/** What the machine has after this answer: who sends an INFORM has an address of its own, and is given none. */
export function addressAfter({ yiaddr, ciaddr }: DhcpMessage): Ipv4Address {
  return yiaddr === unspecifiedIpv4 ? ciaddr : yiaddr;
}

/** `offered 10.77.0.50 to iPXE of default/m50 (52:54:00:00:00:32), which is to load http://…/auto.ipxe`. */
export function describeGrant({ type, reply, machine, plan, client }: Grant): string {
  const address = addressAfter(reply);
  const kind = bootClientKind(client);
  const whom = `${kind === undefined ? systemName(client, machine) : clientNames[kind]} of ${machine.key} (${machine.mac})`;
  const next = kind === undefined ? "" : whatNext(plan);
  if (reply.yiaddr === unspecifiedIpv4)
    return `told its settings to ${whom}, which has the address ${address} from elsewhere${next}`;
  return `${type === "offer" ? "offered" : "acknowledged"} ${address} to ${whom}${next}`;
}

/** Hook asks with BusyBox's client, and only on a machine that was let boot from us; installed systems hardly ever do. */
function systemName({ vendorClass }: ClientIdentity, { card }: MachineCard): string {
  return vendorClass.startsWith("udhcp") && card.netboot?.allowPXE === true ? "Hook" : "the operating system";
}

function whatNext(plan: BootPlan): string {
  switch (plan.kind) {
    case "not-asked":
      return "";
    case "refused":
      return plan.reason === "NetbootNotAllowed"
        ? ", which may not netboot and goes on to its disk"
        : ", for whose architecture there is nothing to load";
    case "operator":
      return `, which is to load ${plan.file} from ${plan.server}`;
    case "binary":
    case "script":
      return `, which is to load ${plan.file}`;
  }
}
