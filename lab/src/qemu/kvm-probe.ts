// Whether KVM runs firmware here, found out by running it: a /dev/kvm that opens need not boot anything.
import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { Duplex } from "node:stream";
import { reasonOf } from "../lab-error.ts";

export interface KvmVerdict {
  readonly usable: boolean;
  /** One sentence for people. */
  readonly reason: string;
}

const probeTimeoutMs = 6000;
const probeMachine = [
  "-machine",
  "q35,graphics=off,accel=kvm",
  "-cpu",
  "host",
  "-m",
  "128M",
  "-nodefaults",
  "-display",
  "none",
];
const probeNetwork = [
  "-netdev",
  "stream,id=net0,server=off,addr.type=fd,addr.str=3",
  "-device",
  "virtio-net-pci,netdev=net0",
];

/** Boots iPXE's ROM with KVM, and waits up to 6 s for the first frame it sends. */
export async function probeKvm(program: string, signal: AbortSignal): Promise<KvmVerdict> {
  const refusal = await openRefusal("/dev/kvm");
  if (refusal !== undefined) return { usable: false, reason: refusal };
  const child = spawn(program, [...probeMachine, ...probeNetwork], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    detached: true,
  });
  try {
    return await firstOf(child, signal);
  } finally {
    child.kill("SIGKILL");
  }
}

async function openRefusal(path: string): Promise<string | undefined> {
  try {
    await (await open(path, constants.O_RDWR)).close();
    return undefined;
  } catch (error) {
    return `${path} cannot be opened (${reasonOf(error)})`;
  }
}

function firstOf(child: ChildProcess, signal: AbortSignal): Promise<KvmVerdict> {
  return new Promise((resolve) => {
    const no = (reason: string): void => resolve({ usable: false, reason });
    const timer = setTimeout(no, probeTimeoutMs, "/dev/kvm opens, but firmware run with it sent no packet within 6 s");
    let stderr = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-500);
    });
    const frames = child.stdio[3];
    if (frames instanceof Duplex) {
      frames.once("data", () => resolve({ usable: true, reason: "firmware booted with KVM and sent a packet" }));
      frames.on("error", () => undefined);
    }
    child.once("error", (error) => no(`QEMU does not start: ${error.message}`));
    child.once("close", () => no(`QEMU gave up on KVM: ${stderr.trim()}`));
    signal.addEventListener("abort", () => no("the probe was called off"), { once: true });
    child.once("close", () => clearTimeout(timer));
  });
}
