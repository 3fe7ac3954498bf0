// In which state a client is that sends a DHCPREQUEST, and what it asks for: RFC 2131 §4.3.2 and nothing else.
import { type DhcpMessage, type Ipv4Address, ipv4FromBytes, OptionCode, unspecifiedIpv4 } from "@neverland/protocols";

export type RequestState =
  /** It answers an offer; `server` is whose. */
  | { readonly state: "selecting"; readonly server: Ipv4Address; readonly address: Ipv4Address }
  /** It remembers an address from before. */
  | { readonly state: "init-reboot"; readonly address: Ipv4Address }
  /** It uses the address now: RENEWING by unicast or REBINDING by broadcast, which are answered alike. */
  | { readonly state: "renewing"; readonly address: Ipv4Address }
  | { readonly state: "unclear" };

export function requestState(message: DhcpMessage, options: ReadonlyMap<number, Uint8Array>): RequestState {
  const server = addressOption(options, OptionCode.serverIdentifier);
  const requested = addressOption(options, OptionCode.requestedAddress);
  const current = message.ciaddr === unspecifiedIpv4 ? undefined : message.ciaddr;
  if (server !== undefined) {
    // Some clients leave option 50 out and repeat the address as ciaddr.
    const address = requested ?? current;
    return address === undefined ? { state: "unclear" } : { state: "selecting", server, address };
  }
  if (current !== undefined) return { state: "renewing", address: current };
  return requested === undefined ? { state: "unclear" } : { state: "init-reboot", address: requested };
}

/** Of a longer value the first address; what is shorter than one is none. So dnsmasq reads them. */
export function addressOption(options: ReadonlyMap<number, Uint8Array>, code: number): Ipv4Address | undefined {
  const value = options.get(code);
  return value === undefined || value.length < 4 ? undefined : ipv4FromBytes(value.subarray(0, 4));
}
