// Waits for a frame in a capture that QEMU is still writing.
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { type Patience, within } from "../deadline.ts";
import { type DhcpFrame, type DhcpKind, readDhcpFrame } from "./dhcp-frame.ts";
import { type CapturedFrame, readPcap } from "./pcap.ts";

// The kernel tells of no write by another process sooner or cheaper for a file of this size.
const lookEveryMs = 25;

/** @throws {LabError} `timeout`, `aborted`. */
export function waitForFrame<T>(
  what: string,
  file: () => string,
  find: (frame: CapturedFrame) => T | undefined,
  patience: Patience,
): Promise<T> {
  return within(what, patience, async (signal) => {
    for (;;) {
      const bytes = await readFile(file()).catch(() => new Uint8Array());
      for (const frame of readPcap(bytes)) {
        const found = find(frame);
        if (found !== undefined) return found;
      }
      await pause(lookEveryMs, undefined, { signal });
    }
  });
}

/** A machine, as far as its capture goes. */
export interface CapturedMachine {
  readonly captureFile: string;
  readonly spec: { readonly name: string; readonly mac: string };
}

/** Waits for a DHCP message of one kind from, or to, this machine. Its capture also holds what others broadcast. */
export function waitForDhcp(kind: DhcpKind, machine: CapturedMachine, patience: Patience): Promise<DhcpFrame> {
  const { name, mac } = machine.spec;
  const find = (frame: CapturedFrame): DhcpFrame | undefined => {
    const dhcp = readDhcpFrame(frame.bytes);
    return dhcp?.kind === kind && dhcp.mac === mac ? dhcp : undefined;
  };
  return waitForFrame(`a DHCP ${kind} of machine ${name} in its capture`, () => machine.captureFile, find, patience);
}
