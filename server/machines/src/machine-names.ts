// Which machine an address is whose: how events find their timeline.
import type { ResourceKey } from "@neverland/api";
import type { MachineLookup } from "@neverland/timeline/memory/event-subject.ts";
import type { KnownHardware } from "./machine-card.ts";
import type { MachineIndex } from "./machine-index.ts";

/** The index as the timeline asks it: what several records claim is nobody's. */
export function machineNames(index: MachineIndex): MachineLookup {
  return {
    byMac(mac) {
      const lookup = index.byMac(mac.toLowerCase());
      return lookup.found === "one" ? keyOf(lookup.machine.hardware) : undefined;
    },
    byIp(address) {
      const lookup = index.byAddress(address);
      return lookup.found === "one" ? keyOf(lookup.hardware) : undefined;
    },
    macOf: (hardware) =>
      index
        .get(hardware)
        ?.spec?.interfaces?.find(({ dhcp }) => dhcp?.mac)
        ?.dhcp?.mac?.toLowerCase(),
  };
}

function keyOf({ metadata: { namespace, name } }: KnownHardware): ResourceKey {
  return { namespace, name };
}
