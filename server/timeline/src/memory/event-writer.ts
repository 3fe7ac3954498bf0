// Makes the event of a fact: what it says, its time and its name.
import { formatKey, type MachineEventInput, type MachineEventSpec, oneLine } from "@neverland/api";
import { formatTime } from "@neverland/platform/time/clock.ts";
import { makeUlid, ulidTime } from "@neverland/platform/ulid.ts";
import type { EventLine } from "../log/event-line.ts";
import type { Entry } from "./entry-list.ts";
import type { EventMemory } from "./event-memory.ts";
import type { Subject } from "./event-subject.ts";

export class EventWriter {
  readonly #memory: Pick<EventMemory, "append">;
  readonly #nameEnd: string;
  #lastNameMs = 0;

  constructor(memory: Pick<EventMemory, "append">, randomBytes: (count: number) => Uint8Array) {
    this.#memory = memory;
    this.#nameEnd = makeUlid({ nowMs: () => 0, randomBytes })
      .slice(10)
      .toLowerCase();
  }

  /** @param isDurable Otherwise it is kept in memory alone. Never throws and never waits. */
  write(event: MachineEventInput, subject: Subject, atMs: number, isDurable: boolean): Entry {
    const { namespace } = subject;
    const spec = specOf(event, subject, formatTime(atMs));
    return this.#memory.append({ namespace, name: this.#newName(atMs), spec }, isDurable);
  }

  /** ULIDs of one random part: they sort as the facts came, also those of one millisecond. */
  #newName(nowMs: number): string {
    this.#lastNameMs = Math.max(nowMs, this.#lastNameMs + 1);
    return ulidTime(this.#lastNameMs).toLowerCase() + this.#nameEnd;
  }
}

/** The fact that an event was made of. */
export function eventOf({ namespace, text }: Pick<Entry, "namespace" | "text">): MachineEventInput {
  // `write` made the text of such a fact.
  const { time: _, hardware, ...said } = (JSON.parse(text) as EventLine).spec;
  const who = hardware === undefined ? {} : { hardware: formatKey({ namespace, name: hardware }) };
  return { ...said, ...who } as MachineEventInput;
}

/** Small as it is in each line: nothing that is undefined. */
function specOf(event: MachineEventInput, { hardware, mac }: Subject, time: string): MachineEventSpec {
  const { address, link, workflow, source, type, reason, message, data } = event;
  // Whatever a machine has put into it is for people to read, on terminals too.
  const spec: MachineEventSpec = { source, type, message: oneLine(message), time };
  if (hardware !== undefined) spec.hardware = hardware;
  if (mac !== undefined) spec.mac = mac;
  if (address !== undefined) spec.address = address;
  if (link !== undefined) spec.link = link;
  if (workflow !== undefined) spec.workflow = workflow;
  if (reason !== undefined) spec.reason = reason;
  if (data !== undefined) spec.data = dataLines(data);
  return spec;
}

/** The same object where all are lines. */
function dataLines(data: NonNullable<MachineEventInput["data"]>): NonNullable<MachineEventSpec["data"]> {
  let lines = data;
  for (const name of Object.keys(data)) {
    const value = data[name];
    const line = typeof value === "string" ? oneLine(value) : value;
    if (line !== undefined && line !== value) lines = { ...lines, [name]: line };
  }
  return lines;
}
