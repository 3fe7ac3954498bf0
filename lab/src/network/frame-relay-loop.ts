// The work of a cable without a tap: carries frames between QEMU's datagram socket and a packet socket on the bridge's port.
import type { NativeSockets } from "./native-sockets.ts";

export interface RelayEnds {
  /** Our end of the pair whose other end QEMU has. */
  readonly machineFd: number;
  /** The packet socket on the far end of the bridge's port. */
  readonly bridgeFd: number;
}

// As many frames wait for a busy machine as in a tap's queue (its txqueuelen); more are lost, as in any switch.
const queueLimit = 1000;
const framesPerRound = 256;
const longestFrameBytes = 65_536;
const wakeEveryMs = 50;

/** Carries frames until `stopped` says so, which is asked at least every 50 ms. Blocks its thread. */
export function relayFrames(ends: RelayEnds, sockets: NativeSockets, stopped: () => boolean): void {
  const buffer = Buffer.alloc(longestFrameBytes);
  let queue: Buffer[] = [];
  while (!stopped()) {
    sockets.poll(
      [
        { fd: ends.bridgeFd, write: false },
        { fd: ends.machineFd, write: queue.length > 0 },
      ],
      wakeEveryMs,
    );
    receiveInto(queue, ends.bridgeFd, buffer, sockets);
    queue = queue.slice(sendFrom(queue, ends.machineFd, sockets));
    passOn(ends, buffer, sockets);
  }
}

function receiveInto(queue: Buffer[], fd: number, buffer: Buffer, sockets: NativeSockets): void {
  for (let count = 0; count < framesPerRound; count++) {
    const length = sockets.receive(fd, buffer);
    if (length === undefined) return;
    if (queue.length < queueLimit) queue.push(Buffer.from(buffer.subarray(0, length)));
  }
}

/** @returns How many frames went out. */
function sendFrom(queue: readonly Buffer[], fd: number, sockets: NativeSockets): number {
  const refused = queue.findIndex((frame) => !sockets.send(fd, frame));
  return refused < 0 ? queue.length : refused;
}

function passOn(ends: RelayEnds, buffer: Buffer, sockets: NativeSockets): void {
  for (let count = 0; count < framesPerRound; count++) {
    const length = sockets.receive(ends.machineFd, buffer);
    if (length === undefined) return;
    sockets.send(ends.bridgeFd, buffer.subarray(0, length));
  }
}
