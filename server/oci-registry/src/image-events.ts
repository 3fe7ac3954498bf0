// What machines' timelines say of images: which machine asked for which, and why it did not get it.
import { type EventReason, formatKey, type MachineEventInput } from "@neverland/api";
import type { MachineIndex } from "@neverland/machines/machine-index.ts";
import { plainAddress } from "@neverland/platform/network/plain-address.ts";
import { EventGate } from "@neverland/timeline/budgets/event-gate.ts";

export type ImageEventDeps = {
  readonly machines: Pick<MachineIndex, "byAddress">;
  readonly clock: { nowMs(): number };
  readonly record: (event: MachineEventInput) => void;
};

/** A pull asks for a manifest by tag and by digest, with HEAD and with GET. */
const servedQuietMs = 10_000;
/** A client tries again until its own patience ends. */
const refusedQuietMs = 60_000;

export class ImageEvents {
  readonly #machines: ImageEventDeps["machines"];
  readonly #gate: EventGate;

  constructor({ machines, clock, record }: ImageEventDeps) {
    this.#machines = machines;
    this.#gate = new EventGate(record, () => clock.nowMs());
  }

  /** @param instead What was given under that name, when it is another. */
  served(ip: string, image: string, instead?: string): void {
    this.#tell(ip, image, servedQuietMs, (who) => ({
      type: "ImageServed",
      message: `${who} was given image ${instead === undefined ? image : `${instead}, which it calls ${image}`}`,
      data: { image },
    }));
  }

  /** @param why Names what there is. */
  notFound(ip: string, image: string, why: string): void {
    this.#tell(ip, image, refusedQuietMs, (who) => ({
      type: "ImageNotFound",
      reason: "NotInLayout",
      message: `${who} asked for image ${image}, which is not here: ${why}`,
      data: { image },
    }));
  }

  fault(ip: string, image: string, reason: EventReason, message: string): void {
    this.#tell(ip, image, refusedQuietMs, (who) => ({
      type: "ServerFault",
      reason,
      message: `${who} could not be given image ${image}: ${message}`,
    }));
  }

  #tell(
    ip: string,
    image: string,
    quietMs: number,
    say: (who: string) => Pick<MachineEventInput, "type" | "reason" | "message">,
  ): void {
    const address = plainAddress(ip);
    const lookup = this.#machines.byAddress(address);
    const hardware = lookup.found === "one" ? formatKey(lookup.hardware.metadata) : undefined;
    const event = say(hardware ?? address);
    this.#gate.once(`${event.type} ${hardware ?? address} ${image}`, quietMs, {
      ...{ source: "oci-registry", address, data: { address, image } },
      ...(hardware === undefined ? {} : { hardware }),
      ...event,
    });
  }
}
