// What no schema accepts of what is stored: a line of the log for each, and for a machine's Hardware an event on its timeline besides.
import { kinds, type MachineEventInput } from "@neverland/api";
import { unacceptableHardware } from "@neverland/machines/hardware-events.ts";
import type { StoredFault } from "@neverland/store/stored-fault.ts";

/** Found before there is a timeline; of more the log alone tells. */
const mostEarly = 10_000;

export class StoredFaults {
  readonly #warn: (message: string) => void;
  #record: (event: MachineEventInput) => void;
  #early: MachineEventInput[] = [];

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
    this.#record = (event) => {
      if (this.#early.length < mostEarly) this.#early.push(event);
    };
  }

  readonly onFault = ({ kind, namespace, name, message }: StoredFault): void => {
    this.#warn(message);
    if (kind === kinds.Hardware.kind) this.#record(unacceptableHardware({ namespace, name }, message));
  };

  /** From now on, and what was found before. */
  recordTo(record: (event: MachineEventInput) => void): void {
    this.#record = record;
    for (const event of this.#early) record(event);
    this.#early = [];
  }
}
