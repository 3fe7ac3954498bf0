// What `tink up` can be told: one schema with defaults, filled from flags and environment by the CLI.
import { isIPv4 } from "node:net";
import { join } from "node:path";
import { z } from "zod";

export const componentNames = ["boots", "hegel", "tink-server", "controllers", "registry", "api"] as const;
export type ComponentName = (typeof componentNames)[number];

const port = z.int().min(0).max(65535);
const ipv4 = z.string().refine(isIPv4, { error: "expected an IPv4 address such as 10.0.0.1" });

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

export const serverConfigSchema = z.strictObject({
  /** Database, token, kubeconfig, logs of actions. Made when missing. */
  dataDir: z.string().min(1),
  /** Interfaces on which DHCP and TFTP are answered. None: no DHCP, whatever asks. */
  interfaces: z
    .array(z.string().regex(/^[\w.@:-]{1,15}$/, { error: "expected the name of a network interface such as eth1" }))
    .default([]),
  /** Management plane: resource API. Only loopback, since it has no TLS. */
  apiListen: hostPort.default({ host: "127.0.0.1", port: 7480 }),
  /** Boot plane's address for HTTP and gRPC; default: the first address of the first interface, else 127.0.0.1. */
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
  only: z.array(z.enum(componentNames)).optional(),
  /** `vmlinuz-x86_64`, `initramfs-x86_64` and `actions/` (an OCI layout), as `tink hook build` makes them; default `DATA/hook`. */
  hookDir: z.string().optional(),
  /** Disk images for machines, served under /files/; default `DATA/files`. */
  filesDir: z.string().optional(),
  /** Where iPXE's binaries are; default: Debian's `ipxe` package. */
  ipxeDir: z.string().default("/usr/lib/ipxe"),
  /** Put at the end of Hook's kernel command line, for every machine. */
  extraKernelArgs: z
    .array(z.string().regex(/^[!-~]+$/, { error: "expected one word of printable characters" }))
    .default([]),
  /** Peers whose X-Forwarded-For is believed when a machine is told by its address: networks in CIDR form. */
  trustedProxies: z.array(z.string()).default([]),
});

/** As the CLI hands it in: everything but `dataDir` has a default. */
export type ServerConfigInput = z.input<typeof serverConfigSchema>;

export type ServerConfig = z.output<typeof serverConfigSchema> & {
  readonly hookDir: string;
  readonly filesDir: string;
};

/** @throws {z.ZodError} Naming each option that is wrong and what was expected. */
export function readServerConfig(input: ServerConfigInput): ServerConfig {
  const config = serverConfigSchema.parse(input);
  return {
    ...config,
    hookDir: config.hookDir ?? join(config.dataDir, "hook"),
    filesDir: config.filesDir ?? join(config.dataDir, "files"),
  };
}
