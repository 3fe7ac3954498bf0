// The cable between a server and the paper rack's relay: each server has one of its own, and all serve the same machines.
import { rackNetwork } from "@neverland/paper-rack/paper-machine.ts";
import type { CableEnd } from "../figures/linked-namespace.ts";

export interface RackCable {
  readonly server: CableEnd & { readonly host: string };
  readonly rack: CableEnd;
  /** Of the cable alone; the machines are elsewhere. */
  readonly network: string;
}

let laid = 0;

/** Names and addresses for one more; nothing is laid yet. */
export function nextRackCable(): RackCable {
  const number = laid++;
  const [high, low] = [18 + (number >> 8), number & 0xff];
  const network = `198.${high}.${low}`;
  return {
    network: `${network}.0`,
    server: {
      name: `server${number}`,
      host: `${network}.1`,
      address: `${network}.1/24`,
      routes: [`${rackNetwork.prefix} via ${network}.2`],
    },
    rack: {
      name: `rack${number}`,
      address: `${network}.2/24`,
      // Every address of the rack is one of ours: whoever plays a machine may bind to its.
      routes: [`local ${rackNetwork.prefix} dev lo`],
    },
  };
}
