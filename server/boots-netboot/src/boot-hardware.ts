// The part of a Hardware resource that Boots reads (tinkerbell.org/v1alpha1).
import type { HardwareInterface, HardwareSpec } from "@neverland/api";

export interface BootHardware {
  readonly metadata: { readonly name?: string | undefined; readonly namespace?: string | undefined };
  readonly spec?: Pick<HardwareSpec, "agentID" | "interfaces" | "metadata"> | undefined;
}

export type BootInterface = HardwareInterface;
export type DhcpReservation = NonNullable<BootInterface["dhcp"]>;
export type NetbootSettings = NonNullable<BootInterface["netboot"]>;
