// Debian's two TFTP servers, one file folder each; neither writes a line for each transfer.
import { join } from "node:path";
import type { ServerCommand } from "../workers/server-process.ts";

/** Unpacked aside, so that no service of them is ever started; they cannot be installed together either. */
export const tftpdPackages = ["atftpd", "tftpd-hpa"] as const;
export const tftpdLibraries = { package: "libwrap0", purpose: "a library of this benchmark's peers" } as const;

export type TftpPeerOrder = { readonly root: string; readonly host: string; readonly packagesDir: string };

export function atftpdCommand({ root, host, packagesDir }: TftpPeerOrder): ServerCommand {
  const program = join(packagesDir, "atftpd", "usr/sbin/atftpd");
  const where = ["--bind-address", host, "--port", "69", "--user", "root", "--group", "root"];
  const log = ["--logfile", "-", "--verbose=5"];
  return {
    argv: [program, "--daemon", "--no-fork", "--maxthread", "1000", ...where, ...log, root],
    isReady: (line) => line.includes("server started"),
  };
}

/** It has a process for each transfer. */
export function tftpdHpaCommand({ root, host, packagesDir }: TftpPeerOrder): ServerCommand {
  const program = join(packagesDir, "tftpd-hpa", "usr/sbin/in.tftpd");
  // It says nothing when it is ready.
  const start = 'echo ready; [ ! -S /dev/log ] || mount --bind /dev/null /dev/log; exec "$@"';
  const args = ["--foreground", "--address", `${host}:69`, "--user", "root", "--secure", root];
  return {
    argv: ["unshare", "--mount", "sh", "-c", start, "sh", program, ...args],
    isReady: (line) => line === "ready",
  };
}
