// What machines hear when the boot plane itself fails, whichever component's route it was: a plain sentence, and an event and a log line here.
import { formatKey, type MachineEventInput } from "@neverland/api";
import type { ComponentDeps } from "@neverland/component-kit/component.ts";
import type { HttpListenerOptions } from "@neverland/platform/http/http-listener.ts";
import type { ConnectionRules } from "@neverland/platform/network/connection-caps.ts";
import { plainAddress } from "@neverland/platform/network/plain-address.ts";
import { EventGate } from "@neverland/timeline/budgets/event-gate.ts";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

export type FaultDeps = Pick<ComponentDeps<unknown>, "record" | "onError" | "clock" | "machines">;

/** Machines that are refused ask again at once. */
const quietMs = 60_000;

/** To be called before any route is there: routes take the handlers that stand when they are made. */
export function nameFaults(app: FastifyInstance, { record, onError, clock, machines }: FaultDeps): void {
  const tell = teller({ record, clock, machines });
  const refused = (request: FastifyRequest, reply: FastifyReply, status: number, why: string): FastifyReply => {
    const message = `${request.method} ${pathOf(request)} is nothing that is served here (${status}: ${why})`;
    tell(request.ip, { type: "HttpRefused", reason: "NoSuchRoute", message });
    return plain(reply, status, why);
  };
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return refused(request, reply, status, error.message);
    onError({ doing: `answering ${request.method} ${pathOf(request)} for ${request.ip}`, error });
    const message = `${request.method} ${pathOf(request)} failed: ${error.message}`;
    tell(request.ip, { type: "ServerFault", reason: "InternalFault", message });
    return plain(reply, status, "this server could not answer; its log says why");
  });
  app.setNotFoundHandler((request, reply) => refused(request, reply, 404, "not found"));
}

/** Tells of requests that no route sees, once in a while for each address. */
export function unreadTeller(deps: TellerDeps): NonNullable<HttpListenerOptions["onUnread"]> {
  const tell = teller(deps);
  return ({ status, message }, address = "") =>
    tell(address, { type: "HttpRefused", reason: "UnreadableRequest", message: `${message} (${status})` });
}

type TellerDeps = Pick<FaultDeps, "record" | "clock" | "machines">;
type Told = Pick<MachineEventInput, "type" | "reason" | "message">;

function teller({ record, clock, machines }: TellerDeps): (peer: string, what: Told) => void {
  const gate = new EventGate(record, () => clock.nowMs());
  return (peer, what) => {
    const address = plainAddress(peer);
    const lookup = machines.byAddress(address);
    const who = lookup.found === "one" ? { hardware: formatKey(lookup.hardware.metadata), address } : { address };
    gate.once(`${what.reason} ${address}`, quietMs, { source: "boot-plane", ...who, ...what });
  };
}

/** Tells of connections that were closed to make room, once in a while for each address. */
export function crowdTeller(
  tell: (event: MachineEventInput) => unknown,
  clock: Pick<FaultDeps["clock"], "nowMs">,
): ConnectionRules["onCrowded"] {
  const gate = new EventGate(tell, () => clock.nowMs());
  return ({ address, message }) =>
    gate.once(`crowded ${address}`, quietMs, {
      ...{ source: "boot-plane", type: "ConnectionClosed", reason: "TooManyConnections" },
      ...{ address, message },
    });
}

function pathOf({ url }: FastifyRequest): string {
  return url.slice(0, 200);
}

function plain(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).type("text/plain; charset=utf-8").send(`${text}\n`);
}
