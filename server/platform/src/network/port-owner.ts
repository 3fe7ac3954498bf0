// Which process has a port, as far as /proc tells: so that an error can name it.
import { readdir, readFile, readlink } from "node:fs/promises";

export type Protocol = "tcp" | "udp";

/** A listening TCP socket's state in /proc/net/tcp. */
const listening = "0A";

/**
 * @param besides Not counted: our own process, which may have sockets there too.
 * @returns Such as `dnsmasq (process 812)`; undefined when nobody has it, or we may not know who.
 */
export async function portOwner(protocol: Protocol, port: number, besides?: number): Promise<string | undefined> {
  const tables = await Promise.all([protocol, `${protocol}6`].map((name) => readTable(`/proc/self/net/${name}`)));
  const sockets = new Set(tables.flatMap((table) => socketsOn(table, protocol, port)));
  if (sockets.size === 0) return undefined;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) !== besides && (await hasSocket(pid, sockets))) return await nameOf(pid);
  }
  return undefined;
}

/** The `socket:[INODE]` of each socket bound to `port`, from a table of proc_net_tcp(5)'s form. */
function socketsOn(table: string, protocol: Protocol, port: number): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  return table.split("\n").flatMap((line) => {
    const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
    const isOurs = local.endsWith(`:${hexPort}`) && (protocol === "udp" || state === listening);
    return isOurs && inode !== undefined ? [`socket:[${inode}]`] : [];
  });
}

async function hasSocket(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  // Processes end while we look, and others' files may not be ours to see: both are "no".
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  for (const fd of descriptors) {
    const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => "");
    if (sockets.has(target)) return true;
  }
  return false;
}

async function nameOf(pid: string): Promise<string> {
  const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "a program");
  return `${name.trim()} (process ${pid})`;
}

async function readTable(path: string): Promise<string> {
  return await readFile(path, "utf8").catch(() => ""); // IPv6 may be off, and /proc not mounted
}
