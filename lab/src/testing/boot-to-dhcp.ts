// A program for tests to run inside a namespace: boots machines, prints what they asked for by DHCP, and ends or stays.

import { waitForDhcp } from "../capture/capture-watch.ts";
import type { CableKind } from "../network/cable.ts";
import { openRack, type RackRequest } from "../rack.ts";

export interface BootToDhcpOptions {
  readonly dir: string;
  readonly cables: CableKind;
  readonly machines: readonly RackRequest[];
  /** Stays until it is ended, with its machines on. */
  readonly stay?: boolean;
}

const options: BootToDhcpOptions = JSON.parse(process.argv[2] ?? "");
const end = new AbortController();
const patience = { timeoutMs: 60_000, signal: end.signal };
const rack = await openRack({ dir: options.dir, accelerator: "tcg", network: { cables: options.cables } }, end.signal);
const machines = await Promise.all(options.machines.map((request) => rack.add(request)));
await Promise.all(machines.map((machine) => machine.powerOn(end.signal)));
const seen = await Promise.all(machines.map((machine) => waitForDhcp("discover", machine, patience)));
process.stdout.write(`${JSON.stringify(seen)}\n`);
const stayOn = options.stay === true ? Promise.withResolvers<never>() : undefined;
if (stayOn !== undefined) setInterval(() => undefined, 60_000); // a pending promise keeps no process alive
await stayOn?.promise;
await rack.close();
