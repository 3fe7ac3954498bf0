// DHCP and TFTP as the main thread sees them: opens the sockets, keeps the thread that answers going, and says so when it died.
import { type Death, KeptThread } from "@neverland/packet-thread/kept-thread.ts";
import { openSocket } from "@neverland/platform/network/open-socket.ts";
import { onAbort } from "@neverland/platform/wait/abort.ts";
import { type BootsRunDeps, type ServedLink, startBootsRun } from "./boots-run.ts";
import type { TftpStart } from "./thread-messages.ts";

export interface BootsThreadDeps extends BootsRunDeps {
  readonly tftp: TftpStart & { readonly port: number };
}

export interface BootsThread {
  /** Lets those who go on reading over TFTP end until `deadline` aborts, then breaks them off; who is silent is broken off at once. */
  close(deadline: AbortSignal): Promise<void>;
}

/** So many deaths in a row are no accident. */
const manyDeaths = 5;

/**
 * Answers on all links; resolves when it does. @throws {NetworkError} when a port cannot be had, or the thread does not start; nothing stays
 * open then.
 */
export async function openBootsThread(deps: BootsThreadDeps, signal: AbortSignal): Promise<BootsThread> {
  const { libc, clock, warn } = deps;
  const sockets: number[] = [];
  const closeSockets = (): void => {
    for (const fd of sockets.splice(0)) libc.close(fd);
  };
  try {
    await openSockets(deps, sockets);
    const start = (until: AbortSignal) => startBootsRun(deps, sockets, until);
    const lives = (afterMs: number): void =>
      warn(`DHCP and TFTP are answered again, ${seconds(afterMs)} after the thread that answers them ended`);
    const thread = await KeptThread.start({ start, died: (death) => tellDeath(deps, death), lives, clock }, signal);
    return {
      async close(deadline) {
        const late = Promise.withResolvers<void>();
        const forget = onAbort(deadline, late.resolve);
        await Promise.race([thread.running?.finish(), late.promise]);
        forget();
        await thread.stop();
        closeSockets();
      },
    };
  } catch (error) {
    closeSockets();
    throw error;
  }
}

/** Sockets stay open meanwhile: the next finds there what came. */
function tellDeath({ record, warn }: BootsThreadDeps, { error, inRow, waitMs }: Death): void {
  const what = `the thread that answers DHCP and TFTP ended: ${error.message}`;
  const message = `${what}; it begins again in ${seconds(waitMs)}, and machines that read a file then have to ask for it again`;
  record({ source: "boot-plane", type: "ServerFault", reason: "PacketThreadEnded", message });
  warn(`${message} (${error.stack ?? error.message})`);
  if (inRow < manyDeaths) return;
  const often = `DHCP and TFTP are hardly answered: their thread ended ${inRow} times in a row`;
  warn(`${often}; report these lines, and see whether this server has memory left; apply again what was changed last`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

/** In the order that `BootsStart` says. */
async function openSockets({ libc, links, dhcpPort, tftp }: BootsThreadDeps, sockets: number[]): Promise<void> {
  const open = async (link: ServedLink, wanted: { host: string; port: number; purpose: string }): Promise<void> => {
    sockets.push(await openSocket(libc, { ...wanted, protocol: "udp", link: link.name }));
  };
  if (dhcpPort !== undefined)
    for (const { link } of links) await open(link, { host: "0.0.0.0", port: dhcpPort, purpose: "DHCP" });
  for (const { link } of links) await open(link, { host: link.serverAddress, port: tftp.port, purpose: "TFTP" });
}
