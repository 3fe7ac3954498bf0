// Bytes to values and back, and the rules of the protocols: no I/O, no clock.
export * from "./dhcp/classless-routes.ts";
export * from "./dhcp/client-identity.ts";
export * from "./dhcp/domain-search.ts";
export * from "./dhcp/encapsulated.ts";
export * from "./dhcp/message.ts";
export * from "./dhcp/option-codes.ts";
export * from "./dhcp/option-list.ts";
export * from "./dhcp/option-values.ts";
export * from "./dhcp/user-class.ts";
export * from "./icmpv6/router-advertisement.ts";
export * from "./ip/address.ts";
export * from "./ip/udp-packet.ts";
export * from "./ipxe/script.ts";
export * from "./packet-error.ts";
export * from "./tftp/negotiation.ts";
export * from "./tftp/packet.ts";
export * from "./tftp/transfer.ts";
