// Which machine asks for a file or a script: by the MAC in the path, else by its address.

import type { MachineCard } from "@neverland/machines/machine-card.ts";
import type { MachineIndex } from "@neverland/machines/machine-index.ts";
import { parseMac } from "@neverland/protocols";

export type Requester =
  | { readonly known: true; readonly machine: MachineCard }
  | {
      readonly known: false;
      readonly reason: "UnknownMachine" | "AmbiguousHardware" | "AddressOfAnotherMachine";
      readonly message: string;
    };

/**
 * @param pathElement What may be a MAC; text that is none is passed over.
 * @param address The sender's IPv4 address.
 */
export function findRequester(index: MachineIndex, pathElement: string, address: string): Requester {
  const mac = parseMac(pathElement);
  const byIp = index.byIp(address);
  const lookup = mac === undefined ? byIp : index.byMac(mac);
  const subject = mac === undefined ? `the address ${address}` : `the MAC ${mac}`;
  switch (lookup.found) {
    case "none":
      return { known: false, reason: "UnknownMachine", message: `no Hardware has ${subject}` };
    case "several": {
      const message = `${lookup.names.join(" and ")} claim ${subject}; change one of them`;
      return { known: false, reason: "AmbiguousHardware", message };
    }
    case "one":
      // A machine gets only what is that machine's: its own address must not ask in another's name.
      if (byIp.found === "one" && byIp.machine.key !== lookup.machine.key) {
        const message = `${address} is ${byIp.machine.key}'s and asked for what is ${lookup.machine.key}'s`;
        return { known: false, reason: "AddressOfAnotherMachine", message };
      }
      return { known: true, machine: lookup.machine };
  }
}
