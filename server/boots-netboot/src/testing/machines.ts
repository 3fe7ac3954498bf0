// Hardware records for tests.
import type { HardwareInterface } from "@neverland/api";
import type { KnownHardware } from "@neverland/machines/machine-card.ts";

/** A machine `m<last>` with the MAC 52:54:00:00:00:<last> and the address 10.77.0.<last>; allowed to netboot unless told otherwise. */
export function testMachine(last: number, card: HardwareInterface = {}): KnownHardware {
  const pair = last.toString(16).padStart(2, "0");
  return {
    metadata: { namespace: "default", name: `m${last}` },
    spec: {
      interfaces: [
        {
          netboot: { allowPXE: true },
          ...card,
          dhcp: {
            mac: `52:54:00:00:00:${pair}`,
            hostname: `m${last}`,
            domain_name: "lab.example",
            name_servers: ["10.77.0.1"],
            time_servers: ["10.77.0.2"],
            ip: { address: `10.77.0.${last}`, netmask: "255.255.255.0", gateway: "10.77.0.1" },
            ...card.dhcp,
          },
        },
      ],
    },
  };
}
