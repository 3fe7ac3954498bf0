// What `tink up` can be told: one schema with defaults, filled from flags by the CLI.
import { isIPv4 } from "node:net";
import { join } from "node:path";
import { z } from "zod";

export const componentNames = ["boots", "hegel", "tink-server", "controllers", "registry", "api"] as const;
export type ComponentName = (typeof componentNames)[number];

const port = z.int({ error: "expected a port from 0 to 65535" }).min(0).max(65535);
const ipv4 = z.string().refine(isIPv4, { error: "expected an IPv4 address such as 10.0.0.1" });
const path = z.string().min(1, { error: "expected a path" });

/** `ADDRESS:PORT`; port 0 lets the system choose, and the ready line says what it chose. */
const hostPort = z.string().transform((text, context) => {
  const found = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const number = Number(found?.[3]);
  if (found === null || number > 65535) {
    context.addIssue({ code: "custom", message: "expected ADDRESS:PORT such as 127.0.0.1:7480" });
    return z.NEVER;
  }
  return { host: found[1] ?? found[2] ?? "", port: number };
});

/** A DNS name or an IPv4 address, as it can stand on a kernel's command line. */
const hostName = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;

const architectureBinary = z.string().regex(/^\d{1,5}=[A-Za-z0-9][A-Za-z0-9._-]*$/, {
  error: "expected CODE=FILE such as 7=ipxe.efi",
});

const settings = z.strictObject({
  /** Database, token, kubeconfig, logs of actions. Made when missing. */
  dataDir: path,
  /** Interfaces on which DHCP and TFTP are answered. None: no DHCP, whatever asks. */
  interfaces: z
    .array(z.string().regex(/^[\w.@:-]{1,15}$/, { error: "expected the name of a network interface such as eth1" }))
    .default([])
    .transform((names) => [...new Set(names)]),
  /** Management plane: resource API. Meant for loopback, since it has no TLS. */
  apiListen: hostPort.default({ host: "127.0.0.1", port: 7480 }),
  /** Boot plane's address for HTTP and gRPC; default: the first address of each interface, else 127.0.0.1. */
  bootListen: ipv4.optional(),
  /** TCP: scripts, Hook, images, metadata, action images. */
  httpPort: port.default(7080),
  /** TCP: worker protocol. */
  grpcPort: port.default(42113),
  /** UDP. */
  dhcpPort: port.default(67),
  /** UDP. */
  tftpPort: port.default(69),
  /** Which components run; all when absent. */
  only: z.array(z.enum(componentNames, { error: `expected some of ${componentNames.join(", ")}` })).optional(),
  /** False: an existing server answers DHCP and names our boot files; TFTP and HTTP are served all the same. */
  dhcp: z.boolean().default(true),
  /** Largest TFTP block in bytes; less than 1468 where a tunnel or VPN makes packets smaller. */
  tftpBlockSize: z
    .int({ error: "expected a number of bytes from 512 to 65464" })
    .min(512, { error: "expected at least 512 bytes" })
    .max(65_464, { error: "expected at most 65464 bytes" })
    .default(1468),
  /** iPXE binaries by DHCP option 93's code, before the built-in choice. */
  architectureBinaries: z
    .array(architectureBinary)
    .default([])
    .transform((pairs) => new Map(pairs.map(splitPair))),
  /** What workers are told to connect to, where that is not this server's own address and port: behind NAT or a proxy. */
  grpcAuthority: z
    .string()
    .regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?:\d{1,5}$/, {
      error: "expected HOST:PORT such as 192.0.2.1:42113",
    })
    .optional(),
  /** Certificate and key (PEM files) with which the worker protocol is served by TLS. */
  grpcCert: path.optional(),
  grpcKey: path.optional(),
  /** Workers are told to speak TLS; without a certificate of ours, to a proxy in front that has one. */
  grpcTls: z.boolean().default(false),
  /** Workers are told to take any certificate. */
  grpcInsecureTls: z.boolean().default(false),
  /** Where installation environments send their system log (UDP 514); not sent when absent. */
  syslogHost: z.string().regex(hostName, { error: "expected an IPv4 address or a host name" }).optional(),
  /** Folder that kernel and initial RAM disk of Hook are fetched from, on another server. */
  hookUrl: z
    .url({ protocol: /^https?$/, error: "expected a URL such as http://10.0.0.9/hook" })
    .regex(/^[!-~]+$/, { error: "expected a URL of printable characters without spaces" })
    .optional(),
  /** `vmlinuz-x86_64`, `initramfs-x86_64` and `actions/` (an OCI layout), as `tink hook build` makes them; default `DATA/hook`. */
  hookDir: path.optional(),
  /** Disk images for machines, served under /files/; default `DATA/files`. */
  filesDir: path.optional(),
  /** Where iPXE's binaries are; default: Debian's `ipxe` package. */
  ipxeDir: path.default("/usr/lib/ipxe"),
  /** Put at the end of Hook's kernel command line, for every machine. */
  extraKernelArgs: z
    .array(z.string().regex(/^[!-~]+$/, { error: "expected one word of printable characters" }))
    .default([]),
  /** Peers whose X-Forwarded-For is believed when a machine is told by its address: networks in CIDR form. */
  trustedProxies: z
    .array(
      z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
        error: "expected an address or a network such as 10.42.0.0/16",
      }),
    )
    .default([]),
  /** Serves metadata also to whoever knows the id of an instance, from any address. */
  instanceEndpoint: z.boolean().default(false),
});

export const serverConfigSchema = settings.superRefine((config, context) => {
  const refuse = (key: keyof typeof config, message: string): void =>
    context.addIssue({ code: "custom", path: [key], message });
  if (config.grpcCert !== undefined && config.grpcKey === undefined) refuse("grpcKey", "is needed with --grpc-cert");
  if (config.grpcKey !== undefined && config.grpcCert === undefined) refuse("grpcCert", "is needed with --grpc-key");
  if (config.grpcInsecureTls && !config.grpcTls && config.grpcCert === undefined)
    refuse("grpcInsecureTls", "means nothing without --grpc-cert or --grpc-tls");
  if (!config.dhcp && config.interfaces.length === 0)
    refuse("interfaces", "is needed with --no-dhcp, or nothing is served by TFTP either");
});

/** As the CLI hands it in: everything but `dataDir` has a default. */
export type ServerConfigInput = z.input<typeof serverConfigSchema>;

export type ServerConfig = z.output<typeof serverConfigSchema> & {
  readonly hookDir: string;
  readonly filesDir: string;
  /** False: a missing folder is no slip of the pen, since Hook may come from elsewhere or be built later. */
  readonly hookDirIsNamed: boolean;
};

/** @throws {z.ZodError} Naming each option that is wrong and what was expected. */
export function readServerConfig(input: ServerConfigInput): ServerConfig {
  const config = serverConfigSchema.parse(input);
  return {
    ...config,
    hookDir: config.hookDir ?? join(config.dataDir, "hook"),
    filesDir: config.filesDir ?? join(config.dataDir, "files"),
    hookDirIsNamed: config.hookDir !== undefined,
  };
}

function splitPair(pair: string): [number, string] {
  const at = pair.indexOf("=");
  return [Number(pair.slice(0, at)), pair.slice(at + 1)];
}
