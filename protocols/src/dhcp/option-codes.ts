// Numbers of the options and message types that we read or write (RFC 2132, RFC 4578 and others, named where it matters).

export const OptionCode = {
  subnetMask: 1,
  router: 3,
  nameServers: 6,
  logServers: 7,
  hostName: 12,
  domainName: 15,
  broadcastAddress: 28,
  timeServers: 42,
  vendorEncapsulated: 43,
  requestedAddress: 50,
  leaseTime: 51,
  overload: 52,
  messageType: 53,
  serverIdentifier: 54,
  parameterRequestList: 55,
  message: 56,
  maximumMessageSize: 57,
  renewalTime: 58,
  rebindingTime: 59,
  vendorClass: 60,
  clientIdentifier: 61,
  tftpServerName: 66,
  bootFileName: 67,
  /** RFC 3004. */
  userClass: 77,
  /** RFC 3046. */
  relayAgentInformation: 82,
  /** RFC 4578 §2.1. */
  clientArchitecture: 93,
  /** RFC 4578 §2.2. */
  networkInterfaceIdentifier: 94,
  /** RFC 4578 §2.3. */
  clientMachineIdentifier: 97,
  /** RFC 3397. */
  domainSearch: 119,
  /** RFC 3442. */
  classlessRoutes: 121,
  /** iPXE's own encapsulated options. */
  ipxeEncapsulated: 175,
} as const;

export const MessageType = {
  discover: 1,
  offer: 2,
  request: 3,
  decline: 4,
  ack: 5,
  nak: 6,
  release: 7,
  inform: 8,
} as const;

/** Sub-options of option 175 that we use. */
export const IpxeOption = {
  /** 1: do not wait for answers of a ProxyDHCP server. */
  noProxyDhcp: 176,
} as const;

/** Sub-options of option 43 for PXE clients that we use (PXE 2.1, table 2-1). */
export const PxeOption = {
  /** Bit 3 set: use the boot file of this reply, and discover no boot servers. */
  discoveryControl: 6,
  bootMenu: 9,
  menuPrompt: 10,
} as const;
