// The control interface of a running lab: which request does what to which machine.
import { createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import { Readable } from "node:stream";
import { LabError } from "../lab-error.ts";
import type { LabMachine } from "../machine/machine.ts";
import type { Rack, RackRequest } from "../rack.ts";
import { followFile } from "./serial-follow.ts";

export type PowerAction = "on" | "off" | "cycle" | "reset" | "button";

/** What `list` and every change answer. */
export interface MachineReport {
  readonly name: string;
  readonly mac: string;
  readonly firmware: string;
  readonly power: "on" | "off";
  readonly folder: string;
}

export type LabAnswer = { readonly json: unknown } | { readonly stream: Readable };

export interface LabRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: unknown;
  /** Aborts when the caller hangs up. */
  readonly signal: AbortSignal;
}

export interface LabControl {
  readonly rack: Rack;
  /** Ends the lab once the answer is out. */
  readonly destroy: () => void;
}

/** @throws {LabError} Whatever the machine says, and `not-found` for a request that is none. */
export async function answerLabRequest(request: LabRequest, control: LabControl): Promise<LabAnswer> {
  const [, root, name, part] = request.url.pathname.split("/").map(decodeURIComponent);
  const { rack } = control;
  switch (`${request.method} /${root}${name ? "/NAME" : ""}${part ? `/${part}` : ""}`) {
    case "GET /machines":
      return { json: { machines: rack.machines.map(reportOn) } };
    case "POST /machines":
      return { json: reportOn(await rack.add(asRackRequest(request.body))) };
    case "DELETE /machines/NAME":
      await rack.remove(name ?? "");
      return { json: {} };
    case "POST /machines/NAME/power":
      return { json: await power(rack.machine(name ?? ""), request.body, request.signal) };
    case "GET /machines/NAME/serial":
      return { stream: await serialOf(rack.machine(name ?? ""), request) };
    case "DELETE /":
      control.destroy();
      return { json: {} };
    default:
      throw new LabError("not-found", `the lab knows no request ${request.method} ${request.url.pathname}`);
  }
}

function reportOn(machine: LabMachine): MachineReport {
  const { name, mac, firmware } = machine.spec;
  return { name, mac, firmware, power: machine.isOn ? "on" : "off", folder: machine.folder.path };
}

async function power(machine: LabMachine, body: unknown, signal: AbortSignal): Promise<MachineReport> {
  const action = typeof body === "object" && body !== null && "action" in body ? body.action : undefined;
  const actions: Readonly<Record<PowerAction, () => Promise<void>>> = {
    on: () => machine.powerOn(signal),
    off: () => machine.powerOff(),
    cycle: () => machine.powerCycle(signal),
    reset: () => machine.reset(signal),
    button: () => machine.pressPowerButton(signal),
  };
  const act = Object.entries(actions).find(([name]) => name === action)?.[1];
  if (act === undefined)
    throw new LabError(
      "bad-spec",
      `power action ${JSON.stringify(action)} is not one of ${Object.keys(actions).join(", ")}`,
    );
  await act();
  return reportOn(machine);
}

/** The whole log so far; with `?follow=1` also what is yet to come, until the caller hangs up. */
async function serialOf(machine: LabMachine, { url, signal }: LabRequest): Promise<Readable> {
  const { serialLog } = machine.folder;
  if (url.searchParams.get("follow") === "1") return Readable.from(followFile(serialLog, signal));
  const { name } = machine.spec;
  await access(serialLog).catch((cause: unknown) => {
    const text = `machine ${name} has said nothing yet: it was never on; power it on with: tink lab power ${name} on`;
    throw new LabError("not-running", text, { cause });
  });
  return createReadStream(serialLog);
}

function asRackRequest(body: unknown): RackRequest {
  if (typeof body === "object" && body !== null && "name" in body && typeof body.name === "string")
    return { ...body, name: body.name };
  throw new LabError("bad-spec", "a machine needs at least a name");
}
