// Several machines on one network, in one folder, that all end together.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { LabError } from "./lab-error.ts";
import type { LabEvent } from "./machine/lab-event.ts";
import { labMacAddress } from "./machine/mac-address.ts";
import { LabMachine } from "./machine/machine.ts";
import { machineFolder } from "./machine/machine-files.ts";
import { type MachineRequest, machineSpec } from "./machine/machine-spec.ts";
import { type LabNetwork, type NetworkOptions, openLabNetwork } from "./network/network.ts";
import type { Accelerator } from "./qemu/qemu-command.ts";
import { runShortProgram } from "./short-program.ts";

export interface RackOptions {
  /** Holds a folder for each machine. Made when missing; what is in it is used again. */
  readonly dir: string;
  readonly accelerator: Accelerator;
  readonly network?: NetworkOptions;
  readonly onEvent?: (event: LabEvent) => void;
  readonly nowMs?: () => number;
}

/** A machine asked for by name alone gets the next free MAC of the lab's block. */
export type RackRequest = Omit<MachineRequest, "mac"> & { readonly mac?: string };

export class Rack {
  readonly network: LabNetwork;
  readonly #options: RackOptions;
  readonly #signal: AbortSignal;
  readonly #machines = new Map<string, LabMachine>();

  constructor(options: RackOptions, network: LabNetwork, signal: AbortSignal) {
    this.#options = options;
    this.network = network;
    this.#signal = signal;
  }

  get machines(): readonly LabMachine[] {
    return [...this.#machines.values()];
  }

  /** Puts a machine into the rack, switched off. @throws {LabError} `bad-spec`, `already-exists`. */
  async add(request: RackRequest): Promise<LabMachine> {
    const spec = machineSpec({ ...request, mac: request.mac ?? this.#freeMac() });
    if (this.#machines.has(spec.name))
      throw new LabError(
        "already-exists",
        `there is a machine ${spec.name} already; choose another name, or remove it`,
      );
    const twin = this.machines.find(({ spec: other }) => other.mac === spec.mac);
    if (twin !== undefined)
      throw new LabError("already-exists", `machine ${twin.spec.name} has the MAC ${spec.mac} already; choose another`);
    const cable = await this.network.addCable(this.#signal);
    const folder = machineFolder(join(this.#options.dir, "machines", spec.name));
    const { accelerator, nowMs = Date.now } = this.#options;
    const machine = new LabMachine(spec, { cable, accelerator, folder, nowMs });
    if (this.#options.onEvent !== undefined) machine.onEvent(this.#options.onEvent);
    this.#machines.set(spec.name, machine);
    return machine;
  }

  #freeMac(): string {
    const taken = new Set<string>(this.machines.map(({ spec }) => spec.mac));
    let index = 1;
    while (taken.has(labMacAddress(index))) index += 1;
    return labMacAddress(index);
  }

  /** @throws {LabError} `not-found`. */
  machine(name: string): LabMachine {
    const machine = this.#machines.get(name);
    if (machine !== undefined) return machine;
    const names = [...this.#machines.keys()].join(", ") || "none";
    throw new LabError("not-found", `there is no machine ${JSON.stringify(name)} in this rack; there are: ${names}`);
  }

  /** Powers a machine off and forgets it. Its folder stays. */
  async remove(name: string): Promise<void> {
    await this.machine(name).powerOff();
    this.#machines.delete(name);
  }

  /** Pulls every plug. The network ends with the namespace. Safe to call twice. */
  async close(): Promise<void> {
    await Promise.all(this.machines.map((machine) => machine.powerOff()));
  }
}

/** Must run inside `runInLabNamespace`. When `signal` aborts, every machine is powered off. */
export async function openRack(options: RackOptions, signal: AbortSignal): Promise<Rack> {
  await mkdir(options.dir, { recursive: true });
  const network = await openLabNetwork(options.network ?? {}, { run: runShortProgram }, signal);
  const rack = new Rack(options, network, signal);
  signal.addEventListener("abort", () => void rack.close(), { once: true });
  return rack;
}
