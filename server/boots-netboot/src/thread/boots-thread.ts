// DHCP and TFTP as the main thread sees them: has the ports opened, keeps the thread that answers going, and says so when it died.
import { type Death, KeptThread } from "@neverland/packet-thread/kept-thread.ts";
import { onAbort } from "@neverland/platform/wait/abort.ts";
import { type BootsPortsDeps, openBootsPorts } from "./boots-ports.ts";
import { type BootsRunDeps, startBootsRun } from "./boots-run.ts";
import type { TftpStart } from "./thread-messages.ts";

export interface BootsThreadDeps extends BootsRunDeps, Pick<BootsPortsDeps, "onUnheard"> {
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
  const { clock, warn } = deps;
  const { sockets, close: closePorts } = await openBootsPorts(deps);
  try {
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
        closePorts();
      },
    };
  } catch (error) {
    closePorts();
    throw error;
  }
}

/** Sockets that are tied to links stay open meanwhile: the next finds there what came. */
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
