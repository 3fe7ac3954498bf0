// What Boots can be told, beside what it shares with others.
import type { ValuesOf } from "@neverland/component-kit/setting.ts";
import { path, port } from "@neverland/component-kit/value-schemas.ts";
import { z } from "zod";

/** A DNS name or an IPv4 address, as it can stand on a kernel's command line. */
const hostName = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;

const architectureBinary = z.string().regex(/^\d{1,5}=[A-Za-z0-9][A-Za-z0-9._-]*$/, {
  error: "expected CODE=FILE such as 7=ipxe.efi",
});

export const bootsSettings = {
  dhcp: {
    enabled: {
      form: "truth",
      schema: z.boolean().default(true),
      effect: "answer DHCP; false leaves it to the server that is there, which must name our boot files",
      flag: {
        form: "--no-dhcp",
        group: "How machines boot:",
        help: "leave DHCP to the server that is there; it must name our boot files",
      },
    },
    port: {
      form: "number",
      schema: port.default(67),
      effect: "where DHCP is answered",
      unit: "UDP port",
      flag: { form: "--dhcp-port <port>", group: "Where it listens:", hidden: true },
    },
  },
  hook: {
    url: {
      form: "text",
      schema: z
        .url({ protocol: /^https?$/, error: "expected a URL such as http://10.0.0.9/hook" })
        .regex(/^[!-~]+$/, { error: "expected a URL of printable characters without spaces" })
        .optional(),
      effect: "folder of Hook's kernel and initramfs, on a server of yours",
      fallback: "our own",
      flag: { form: "--hook-url <url>", group: "How machines boot:" },
    },
    kernelArgs: {
      form: "list",
      separator: " ",
      schema: z.array(z.string().regex(/^[!-~]+$/, { error: "expected one word of printable characters" })).default([]),
      effect: "put at the end of Hook's kernel command line",
      flag: { form: "--kernel-arg <arg>", group: "How machines boot:" },
    },
  },
  syslogHost: {
    form: "text",
    schema: z.string().regex(hostName, { error: "expected an IPv4 address or a host name" }).optional(),
    effect: "where machines send their system log, UDP 514",
    fallback: "nowhere",
    flag: { form: "--syslog-host <host>", group: "How machines boot:" },
  },
  ipxe: {
    architectures: {
      form: "list",
      schema: z
        .array(architectureBinary)
        .default([])
        .transform((pairs) => new Map(pairs.map(splitPair))),
      effect: "iPXE binary for an architecture (DHCP option 93), such as 7=ipxe.efi",
      fallback: "by the built-in table",
      flag: { form: "--arch-binary <code=file>", group: "How machines boot:" },
    },
    dir: {
      form: "text",
      schema: path.default("/usr/lib/ipxe"),
      effect: "iPXE's binaries",
      flag: { form: "--ipxe-dir <dir>", group: "Folders:" },
    },
  },
  tftp: {
    blockSizeBytes: {
      form: "number",
      schema: z
        .int({ error: "expected a number of bytes from 512 to 65464" })
        .min(512, { error: "expected at least 512 bytes" })
        .max(65_464, { error: "expected at most 65464 bytes" })
        .default(1468),
      effect: "largest TFTP block; less where tunnels make packets smaller",
      unit: "bytes",
      flag: { form: "--tftp-block-size <bytes>", group: "How machines boot:" },
    },
    port: {
      form: "number",
      schema: port.default(69),
      effect: "where TFTP is answered",
      unit: "UDP port",
      flag: { form: "--tftp-port <port>", group: "Where it listens:", hidden: true },
    },
  },
  files: {
    dir: {
      form: "text",
      schema: path.optional(),
      effect: "disk images, served to machines under /files/",
      fallback: "DATA_DIR/files",
      flag: { form: "--files-dir <dir>", group: "Folders:" },
    },
  },
} as const;

export type BootsValues = ValuesOf<typeof bootsSettings>;

function splitPair(pair: string): [number, string] {
  const at = pair.indexOf("=");
  return [Number(pair.slice(0, at)), pair.slice(at + 1)];
}
