// Boots' settings, with their units, defaults and effects.
import { type Ipv4Address, parseIpv4 } from "@neverland/protocols";

export interface BootsConfig {
  /** Links to serve, by name; nothing is answered on any other. */
  readonly interfaces: readonly BootsInterface[];
  /** False: another server answers DHCP, and only TFTP and HTTP are ours. */
  readonly dhcpEnabled: boolean;
  /** 67 (RFC 2131 §4.1); others only for tests. */
  readonly dhcpServerPort: number;
  readonly tftpPort: number;
  /** The port that machines are told to fetch from. */
  readonly httpPort: number;
  /** Largest TFTP block granted; 1468 fits Ethernet's 1500 without fragments. */
  readonly tftpBlockSizeBytes: number;
  /** `host:port` of the workflow server; undefined: this server's address and `grpcPort`. */
  readonly grpcAuthority: string | undefined;
  readonly grpcPort: number;
  readonly grpcTls: boolean;
  /** Workers take any certificate. */
  readonly grpcInsecureTls: boolean;
  /** Told to machines as option 7 (when it is an address) and as kernel parameter; undefined: neither. */
  readonly syslogHost: string | undefined;
  /** Where the installation environment is fetched from; undefined: this server's `/hook`. */
  readonly hookBaseUrl: string | undefined;
  /** Holds the iPXE binaries. */
  readonly binariesDirectory: string;
  /** Binaries by option 93's code, before the built-in table; lent as well. */
  readonly architectureBinaries: ReadonlyMap<number, string>;
  readonly hookDirectory: string | undefined;
  readonly filesDirectory: string | undefined;
  /** For every machine, before its own kernel parameters. */
  readonly extraKernelArgs: readonly string[];
}

export interface BootsInterface {
  readonly name: string;
  /** The address that machines are told; undefined: the link's first. */
  readonly serverAddress?: string | undefined;
}

export const defaultBootsConfig: BootsConfig = {
  interfaces: [],
  dhcpEnabled: true,
  dhcpServerPort: 67,
  tftpPort: 69,
  httpPort: 7080,
  tftpBlockSizeBytes: 1468,
  grpcAuthority: undefined,
  grpcPort: 42113,
  grpcTls: false,
  grpcInsecureTls: false,
  syslogHost: undefined,
  hookBaseUrl: undefined,
  binariesDirectory: "/usr/lib/ipxe",
  architectureBinaries: new Map(),
  hookDirectory: undefined,
  filesDirectory: undefined,
  extraKernelArgs: [],
};

/** The URL at which machines reach us. */
export function httpBaseUrl(serverAddress: string, httpPort: number): string {
  return `http://${serverAddress}:${httpPort}`;
}

/** Option 7 takes addresses only. */
export function syslogAddress(config: BootsConfig): Ipv4Address | undefined {
  return parseIpv4(config.syslogHost ?? "");
}
