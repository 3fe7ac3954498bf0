// Settings that more than one component reads: the folder, and where the planes are.
import { join } from "node:path";
import { netbootsWithoutWork } from "@neverland/machines/netboot-without-work.ts";
import { z } from "zod";
import type { ValuesOf } from "./setting.ts";
import { ipv4, oneOf, path, port } from "./value-schemas.ts";

const interfaceName = z
  .string()
  .regex(/^[\w.@:-]{1,15}$/, { error: "expected the name of a network interface such as eth1" });

export const sharedSettings = {
  dataDir: {
    form: "text",
    schema: path,
    effect: "database, token, kubeconfig, logs (made when missing)",
    fallback: "/var/lib/neverland for root, ~/.local/share/neverland for others",
    flag: { form: "--data-dir <dir>", group: "Folders:" },
  },
  boots: {
    interfaces: {
      form: "list",
      schema: z
        .array(interfaceName)
        .default([])
        .transform((names) => [...new Set(names)]),
      effect: "answer DHCP and TFTP on this interface. None: no DHCP at all",
      flag: { form: "--interface <name>", group: "Where it listens:" },
    },
    listen: {
      form: "text",
      schema: ipv4.optional(),
      effect: "address for machines",
      fallback: "the first interface's; 127.0.0.1 where none is named",
      flag: { form: "--boot-listen <address>", group: "Where it listens:" },
    },
    http: {
      port: {
        form: "number",
        schema: port.default(7080),
        effect: "HTTP for machines: scripts, Hook, images, metadata",
        unit: "TCP port",
        flag: { form: "--http-port <port>", group: "Where it listens:" },
      },
      alsoPort: {
        form: "number",
        schema: port.optional(),
        effect: "serve the same at this port too: 50061 for templates that ask Tinkerbell's older port for metadata",
        unit: "TCP port",
        fallback: "none",
        flag: { form: "--http-also-port <port>", group: "Where it listens:" },
      },
    },
    fileCacheMegabytes: {
      form: "number",
      schema: z
        .int({ error: "expected a number of MiB from 16 to 1048576" })
        .min(16, { error: "expected at least 16 MiB" })
        .max(2 ** 20, { error: "expected at most 1048576 MiB" })
        .optional(),
      effect: "memory for files that machines read, taken while they do and given back five minutes later",
      unit: "MiB",
      fallback: "an eighth of the memory, at most 1024",
    },
    trustedProxies: {
      form: "list",
      schema: z
        .array(
          z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
            error: "expected an address or a network such as 10.42.0.0/16",
          }),
        )
        .default([]),
      effect: "between machines and us: believe X-Forwarded-For of these peers, and the ids of workers behind them",
      flag: { form: "--trusted-proxy <cidr>", group: "How machines boot:" },
    },
    netbootWithoutWork: {
      form: "text",
      schema: oneOf(netbootsWithoutWork).default("unless-installed"),
      effect:
        "what a machine does that may netboot (allowPXE) and has no workflow: unless-installed, it boots the in-memory system and waits, unless its last workflow succeeded, and then goes on to its disk; always, it waits there, as Tinkerbell has it; never, it goes on to its disk",
    },
    hook: {
      dir: {
        form: "text",
        schema: path.optional(),
        effect: "what tink hook build made: kernel, initramfs, action images",
        fallback: "DATA_DIR/hook",
        flag: { form: "--hook-dir <dir>", group: "Folders:" },
      },
    },
  },
  tinkServer: {
    port: {
      form: "number",
      schema: port.default(42113),
      effect: "worker protocol (gRPC)",
      unit: "TCP port",
      flag: { form: "--grpc-port <port>", group: "Where it listens:" },
    },
    authority: {
      form: "text",
      schema: z
        .string()
        .regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?:\d{1,5}$/, {
          error: "expected HOST:PORT such as 192.0.2.1:42113",
        })
        .optional(),
      effect: "what workers connect to, when that is a proxy or NAT in front of us",
      fallback: "our own address and port",
      flag: { form: "--grpc-authority <host:port>", group: "Worker protocol:" },
    },
    tls: {
      certificateFile: {
        form: "text",
        schema: path.optional(),
        effect: "serve it by TLS with this certificate (PEM; the chain after it)",
        fallback: "plain text",
        flag: { form: "--grpc-cert <file>", group: "Worker protocol:" },
      },
      keyFile: {
        form: "text",
        schema: path.optional(),
        effect: "private key of the certificate (PEM)",
        flag: { form: "--grpc-key <file>", group: "Worker protocol:" },
      },
      enabled: {
        form: "truth",
        schema: z.boolean().default(false),
        effect: "workers are to speak TLS; without a certificate of ours: to the proxy in front",
        flag: { form: "--grpc-tls", group: "Worker protocol:" },
      },
      anyCertificate: {
        form: "truth",
        schema: z.boolean().default(false),
        effect: "workers take any certificate (else one of a public authority)",
        flag: { form: "--grpc-insecure-tls", group: "Worker protocol:" },
      },
    },
  },
} as const;

export type SharedValues = ValuesOf<typeof sharedSettings>;

/** Where Hook is; action images lie in its `actions`. */
export function hookDirOf({ dataDir, boots }: SharedValues): string {
  return boots.hook.dir ?? join(dataDir, "hook");
}

/** Whether workers are told to speak TLS. */
export function workersSpeakTls({ tinkServer: { tls } }: SharedValues): boolean {
  return tls.enabled || tls.certificateFile !== undefined;
}
