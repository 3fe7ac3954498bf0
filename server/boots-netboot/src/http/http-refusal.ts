// What a machine is told when it does not get what it asked for, and what its timeline says of that.
import type { EventReason, MachineEventInput } from "@neverland/api";
import type { MachineCard } from "@neverland/machines/machine-card.ts";
import { plainAddress } from "@neverland/platform/network/plain-address.ts";
import type { EventGate } from "@neverland/timeline/budgets/event-gate.ts";
import type { FastifyReply, FastifyRequest } from "fastify";

export interface HttpRefusal {
  readonly reason: EventReason;
  /** For people who run the server. */
  readonly message: string;
  /** Whose request it is, where that is known. */
  readonly machine?: MachineCard;
}

const quietMs = 60_000;
const retryAfterSeconds = 5;
const notHere = "there is nothing here for this machine by that name: `tink explain` on the server says why\n";

/** Our own faults, and whether they may be over when the machine asks again. */
const serverFaults: ReadonlyMap<EventReason, { readonly passes: boolean }> = new Map([
  ["FileUnreadable", { passes: false }],
  ["TooManyOpenFiles", { passes: true }],
]);

/** 404 without a hint of what is there: iPXE then falls through to the next boot device. Or 503, for what is there and cannot be given. */
export function refuseHttp(
  gate: EventGate,
  request: FastifyRequest,
  reply: FastifyReply,
  { reason, message, machine }: HttpRefusal,
): FastifyReply {
  const address = plainAddress(request.ip);
  // Anyone can make up addresses: what each of them would keep open costs more than its next connection.
  if (machine === undefined) reply.header("connection", "close");
  const ours = serverFaults.get(reason);
  gate.once(`http ${reason} ${machine?.mac ?? address}`, quietMs, {
    ...(machine === undefined ? { source: "boots/http", address } : subjectOf(machine)),
    type: ours !== undefined ? "ServerFault" : "HttpRefused",
    reason,
    message,
    data: { path: request.url.slice(0, 200) },
  });
  if (ours === undefined) return reply.code(404).type("text/plain").send(notHere);
  reply.code(503).type("text/plain");
  if (!ours.passes) return reply.send("this server cannot read the file; its log says why\n");
  return reply.header("retry-after", retryAfterSeconds).send("this server cannot read the file now; ask again\n");
}

/** The machine, as each event of ours names it. */
export function subjectOf(machine: MachineCard): Pick<MachineEventInput, "source" | "hardware" | "mac"> & {
  readonly source: "boots/http";
} {
  return { source: "boots/http", hardware: machine.key, mac: machine.mac };
}
