// Finds out which machine an event is about, whatever of it the component knew.
import { type MachineEventInput, parseKey, type ResourceKey } from "@neverland/api";

/** What the Hardware there is says of addresses; kept elsewhere by a watch. */
export type MachineLookup = {
  /** `undefined` for a MAC of no Hardware, or of several. */
  byMac(mac: string): ResourceKey | undefined;
  /** Of an address that a machine gets by DHCP; `undefined` for one of no Hardware, or of several. */
  byIp(address: string): ResourceKey | undefined;
  /** The machine's first MAC. */
  macOf(hardware: ResourceKey): string | undefined;
};

export type Subject = {
  /** Where the event is kept: with its machine, or its workflow. */
  readonly namespace: string;
  /** Name of the Hardware. */
  readonly hardware?: string | undefined;
  readonly mac?: string | undefined;
};

/** Who is heard and has no Hardware: known by its MAC, or else by the address that it speaks from. */
export type Stranger = { readonly by: "mac" | "address"; readonly id: string };

/** @returns Undefined for a machine with Hardware, and for what names nobody. */
export function strangerOf(
  { hardware, mac }: Pick<Subject, "hardware" | "mac">,
  address: string | undefined,
): Stranger | undefined {
  if (hardware) return undefined;
  if (mac) return { by: "mac", id: mac };
  return address ? { by: "address", id: address } : undefined;
}

/** `hardware` may come as a name or as `namespace/name`. */
export function subjectOf(event: MachineEventInput, lookup: MachineLookup): Subject {
  const mac = event.mac?.toLowerCase();
  const ofWorkflow = parseKey(event.workflow ?? "")?.namespace ?? "default";
  const named = event.hardware
    ? (parseKey(event.hardware) ?? { namespace: ofWorkflow, name: event.hardware })
    : undefined;
  const key = named ?? (mac === undefined ? byAddress(event, lookup) : lookup.byMac(mac));
  const knownMac = mac ?? (key === undefined ? undefined : lookup.macOf(key));
  return {
    namespace: key?.namespace ?? ofWorkflow,
    ...(key === undefined ? {} : { hardware: key.name }),
    ...(knownMac === undefined ? {} : { mac: knownMac }),
  };
}

function byAddress({ address }: MachineEventInput, lookup: MachineLookup): ResourceKey | undefined {
  return address === undefined ? undefined : lookup.byIp(address);
}
