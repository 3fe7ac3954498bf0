// A machine's Ethernet cable: plugged in at each power-on, whichever way frames reach the bridge.

import { linkFd, type QemuLink } from "../qemu/qemu-command.ts";
import { startFrameRelay } from "./frame-relay.ts";
import type { NativeSockets } from "./native-sockets.ts";

export type CableKind = "tap" | "packet-socket";

export interface PluggedCable {
  readonly link: QemuLink;
  /** The descriptor QEMU must inherit as `linkFd`, if any. */
  readonly inheritFd: number | undefined;
  unplug(): Promise<void>;
}

export interface Cable {
  readonly kind: CableKind;
  plug(): PluggedCable;
}

export function tapCable(tapName: string): Cable {
  const plugged: PluggedCable = {
    link: { kind: "tap", tapName },
    inheritFd: undefined,
    unplug: () => Promise.resolve(),
  };
  return { kind: "tap", plug: () => plugged };
}

/** @param interfaceName The end of a veth pair whose other end is a port of the bridge. */
export function packetSocketCable(interfaceName: string, sockets: NativeSockets): Cable {
  const plug = (): PluggedCable => {
    // New sockets each time, so that no frame meant for the last boot reaches the next.
    const relay = startFrameRelay(interfaceName, sockets);
    return { link: { kind: "socket", fd: linkFd }, inheritFd: relay.machineEndFd, unplug: () => relay.close() };
  };
  return { kind: "packet-socket", plug };
}
