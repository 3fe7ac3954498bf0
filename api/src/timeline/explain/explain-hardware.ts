// What is wrong with a machine's Hardware itself, by what stands in it: so that the machine is not known, or is told less than it says.
import { fieldName, fieldsAt } from "../../field-path.ts";
import { type Hardware, hardwareSpecSchema } from "../../tinkerbell/hardware.ts";
import { hardwareDoubts } from "../../tinkerbell/interface-doubts.ts";
import type { TimelineEvent } from "../timeline-event.ts";

export type HardwareTrouble = {
  /** Why no machine is known by it, as a sentence without its full stop; undefined when one is. */
  readonly fault: string | undefined;
  readonly because: readonly string[];
  readonly todo: readonly string[];
  /** The Hardware as far as it can be read. */
  readonly readable: Hardware | undefined;
};

/** Another Hardware that claims what only one can have. */
export type RivalClaim = {
  /** The field: `spec.interfaces[].dhcp.mac`. */
  readonly path: string;
  readonly value: string;
  /** `namespace/name` of all that claim it, this one among them. */
  readonly names: readonly string[];
};

const mostSaid = 5;
const none: HardwareTrouble = { fault: undefined, because: [], todo: [], readable: undefined };

export function hardwareTrouble(hardware: Hardware | undefined, rivals: readonly RivalClaim[] = []): HardwareTrouble {
  if (hardware === undefined) return none;
  const { spec, ...rest } = hardware;
  const name = `Hardware ${hardware.metadata.name}`;
  const { error } = hardwareSpecSchema.safeParse(spec ?? {});
  if (error !== undefined)
    return {
      fault: `${name} cannot be used as it is, so its machine is answered as one that is not known`,
      because: atMost(error.issues.map(({ path, message }) => `${fieldName("spec", path)}: ${message}`)),
      todo: [`put that right in ${name} and apply it again`],
      readable: rest,
    };
  if (rivals.length > 0)
    return {
      fault: `${name} is not the only one of its machine, so that none of them is answered by it`,
      because: atMost(
        rivals.map(({ path, value, names }) => `${names.join(" and ")} claim the same ${path}, ${value}`),
      ),
      todo: ["change or delete all but one of the Hardware that claim the same"],
      readable: hardware,
    };
  const interfaces = spec?.interfaces?.length ?? 0;
  if (fieldsAt(hardware, "spec.interfaces[].dhcp.mac").every(({ value }) => value === "") && !spec?.agentID)
    return {
      fault: `${name} names no MAC, so no machine is known by it`,
      because: [interfaces === 0 ? "it has no interfaces" : `none of its interfaces (${interfaces}) has dhcp.mac`],
      todo: [`set spec.interfaces[].dhcp.mac in ${name} to the MAC of the card that the machine boots from`],
      readable: hardware,
    };
  const doubts = hardwareDoubts(hardware);
  const todo = doubts.length === 0 ? [] : [`put that right in ${name} and apply it again`];
  return { fault: undefined, because: atMost(doubts), todo, readable: hardware };
}

/** What is said here by what stands in the Hardware needs no event, which may be of a fault that was mended. */
export function isSaidByHardware({ reason, data }: TimelineEvent, { fault }: HardwareTrouble): boolean {
  if (reason === "NotOfItsSchema") return fault !== undefined;
  // An instance's id is none of the fields that rivals are looked up by.
  if (reason === "DuplicateClaim") return data.claim !== undefined && data.claim !== "instance id";
  return reason === "ValueUnusable";
}

function atMost(texts: readonly string[]): string[] {
  const more = texts.length - mostSaid;
  return more > 0 ? [...texts.slice(0, mostSaid), `and ${more} more`] : [...texts];
}
