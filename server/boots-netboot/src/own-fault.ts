// A fault of our own in answering one machine, as an event: it costs that answer, and the thread goes on.
import type { MachineEventInput } from "@neverland/api";
import type { EventGate } from "@neverland/timeline/budgets/event-gate.ts";

export interface OwnFault {
  readonly source: MachineEventInput["source"];
  /** Of who is not answered; undefined where it is nobody in particular. */
  readonly address?: string;
  /** In words that can stand before "failed". */
  readonly doing: string;
  readonly error: unknown;
}

const quietMs = 60_000;

/** Once a minute for each place in the code: who can set one off can do so from any number of addresses. */
export function tellFault(gate: EventGate, { source, address, doing, error }: OwnFault): void {
  const [what, place] = error instanceof Error ? [`${error.name}: ${error.message}`, placeOf(error)] : [error, "?"];
  const whom = address === undefined ? "" : ` for ${address}`;
  const message = `${doing}${whom} failed by a fault of this server: ${what} (${place})`;
  gate.once(`fault ${source} ${place}`, quietMs, {
    ...{ source, type: "ServerFault", reason: "InternalFault", message },
    ...(address === undefined ? {} : { address }),
  });
}

/** `at TftpServer.take (file:///.../tftp-server.ts:74:12)` */
function placeOf({ stack = "" }: Error): string {
  return /^\s*(at .*)$/m.exec(stack)?.[1] ?? "?";
}
