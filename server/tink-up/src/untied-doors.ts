// What it means for the boot plane's TCP that sockets cannot be tied to links.
import { loadLibc } from "@neverland/platform/network/libc.ts";
import type { ServerConfig } from "./settings/config.ts";

/** @returns What to tell; undefined where they can, or where none is to be. */
export async function untiedDoors({ shared }: ServerConfig): Promise<string | undefined> {
  const { boots, tinkServer } = shared;
  if (boots.interfaces.length === 0) return undefined;
  const shut = await loadLibc().then(
    () => undefined,
    (error: Error) => error,
  );
  if (shut === undefined) return undefined;
  const links = boots.interfaces.join(" and ");
  return `whoever reaches this server's addresses is let in to TCP ports ${boots.http.port} and ${tinkServer.port}, also by other links than ${links}: keep them out by a firewall: ${shut.message}`;
}
