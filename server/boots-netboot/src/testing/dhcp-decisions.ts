// What tests of DHCP decisions have in common: the link's configuration, and requests as if they were of our machine.
import { type DhcpMessage, type Ipv4Address, OptionCode } from "@neverland/protocols";
import type { Conflicts } from "../dhcp/dhcp-responder.ts";

export const ip = (text: string) => text as Ipv4Address;
export const serverAddress = ip("10.77.0.1");
export const config = {
  serverAddress,
  syslogAddress: ip("10.77.0.3"),
  plan: { httpBaseUrl: "http://10.77.0.1:7080", serverAddress, architectureBinaries: new Map<number, string>() },
};
export const noConflicts: Conflicts = { holder: () => undefined };

/** As if the client had been offered the address of m50. */
export function asOurs(message: DhcpMessage): DhcpMessage {
  const ours = new Map<number, Uint8Array>([
    [OptionCode.requestedAddress, Uint8Array.of(10, 77, 0, 50)],
    [OptionCode.serverIdentifier, Uint8Array.of(10, 77, 0, 1)],
  ]);
  const options = message.options.map((option) => ({ ...option, value: ours.get(option.code) ?? option.value }));
  return { ...message, options };
}
