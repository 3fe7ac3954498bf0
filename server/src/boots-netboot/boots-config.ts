// Boots' settings, with their units, defaults and effects.
import { type Ipv4Address, parseIpv4 } from "@neverland/protocols";

export interface BootsConfig {
  /** Links to serve, by name; nothing is answered on any other. */
  readonly interfaces: readonly BootsInterface[];
  readonly dhcpEnabled: boolean;
  readonly tftpEnabled: boolean;
  /** Tells the firmware of known machines that there is nothing to boot over IPv6, where it would wait a minute for each try. */
  readonly refuseIpv6Boot: boolean;
  /** 67 and 68 (RFC 2131 §4.1); others only for tests. */
  readonly dhcpServerPort: number;
  readonly dhcpClientPort: number;
  readonly tftpPort: number;
  /** The port that machines are told to fetch from. */
  readonly httpPort: number;
  /** True: all TFTP from one port, which passes NAT. False: a port per transfer (RFC 1350 §4). */
  readonly tftpSinglePort: boolean;
  /** Largest TFTP block granted; 1468 fits Ethernet's 1500 without fragments. */
  readonly tftpBlockSizeBytes: number;
  /** Most TFTP blocks sent before an acknowledgement is awaited. */
  readonly tftpWindowBlocks: number;
  readonly mostTftpTransfers: number;
  readonly mostTftpTransfersPerAddress: number;
  /** `host:port` of the workflow server; undefined: this server's address and port 42113. */
  readonly grpcAuthority: string | undefined;
  readonly grpcTls: boolean;
  readonly grpcInsecureTls: boolean;
  /** Told to machines as option 7 (when it is an address) and as kernel parameter; undefined: neither. */
  readonly syslogHost: string | undefined;
  /** OCI registry that workers ask first; undefined: this server's HTTP address. */
  readonly registryMirror: string | undefined;
  /** Where the installation environment is fetched from; undefined: this server's `/hook`. */
  readonly hookBaseUrl: string | undefined;
  /** Holds the iPXE binaries. */
  readonly binariesDirectory: string;
  /** Names beyond the built-in list that may be lent from there. */
  readonly extraBinaries: readonly string[];
  /** Binaries by option 93's code, before the built-in table. */
  readonly architectureBinaries: ReadonlyMap<number, string>;
  readonly hookDirectory: string | undefined;
  readonly filesDirectory: string | undefined;
  /** Lets `/hook/` and `/files/` be read from addresses that no Hardware has. */
  readonly serveFilesToUnknown: boolean;
  /** For every machine, before its own kernel parameters. */
  readonly extraKernelArgs: readonly string[];
  /** How often iPXE tries a download again, and how long it waits before. */
  readonly scriptRetries: number;
  readonly scriptRetryDelaySeconds: number;
}

export interface BootsInterface {
  readonly name: string;
  /** The address that machines are told; undefined: the link's first. */
  readonly serverAddress?: string | undefined;
}

export const defaultBootsConfig: BootsConfig = {
  interfaces: [],
  dhcpEnabled: true,
  tftpEnabled: true,
  refuseIpv6Boot: true,
  dhcpServerPort: 67,
  dhcpClientPort: 68,
  tftpPort: 69,
  httpPort: 7080,
  tftpSinglePort: true,
  tftpBlockSizeBytes: 1468,
  tftpWindowBlocks: 16,
  mostTftpTransfers: 256,
  mostTftpTransfersPerAddress: 8,
  grpcAuthority: undefined,
  grpcTls: false,
  grpcInsecureTls: false,
  syslogHost: undefined,
  registryMirror: undefined,
  hookBaseUrl: undefined,
  binariesDirectory: "/usr/lib/ipxe",
  extraBinaries: [],
  architectureBinaries: new Map(),
  hookDirectory: undefined,
  filesDirectory: undefined,
  serveFilesToUnknown: false,
  extraKernelArgs: [],
  scriptRetries: 1,
  scriptRetryDelaySeconds: 1,
};

/** The URL at which machines reach us. */
export function httpBaseUrl(serverAddress: string, httpPort: number): string {
  return `http://${serverAddress}:${httpPort}`;
}

/** Option 7 takes addresses only. */
export function syslogAddress(config: BootsConfig): Ipv4Address | undefined {
  return parseIpv4(config.syslogHost ?? "");
}
