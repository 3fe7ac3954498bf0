// A machine for tests and benchmarks that boots Hook at once: QEMU hands over kernel and initramfs, no firmware's network boot before.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { initramfsFile, kernelFile } from "../build-hook.ts";

export type BootFiles = { readonly kernel: string; readonly initramfs: string };

export type BootOptions = {
  readonly files: BootFiles;
  readonly memoryMiB: number;
  /**
   * `user` is QEMU's own network: its DHCP server gives 10.0.2.15, and 10.0.2.2 is the host's loopback; no root, nothing of the host's network
   * is touched. `none` is a machine without a network card.
   */
  readonly network: "user" | "none";
  readonly parameters: readonly string[];
  /** Kernel parameters that say where the kernel speaks; by default at the serial port, which is all that this machine has. */
  readonly consoles?: string;
  /** Gives up the waits and ends the machine. */
  readonly signal: AbortSignal;
};

export type BootedMachine = {
  readonly poweredOnMs: number;
  /** What the serial port said so far. */
  readonly lines: readonly string[];
  /** The first line that matches, past or to come. Rejects, with the last lines, when the machine ends before. */
  waitForLine(pattern: RegExp): Promise<string>;
  /** Resolves when QEMU has ended, for whatever reason: also when the machine restarts. */
  readonly ended: Promise<void>;
  /** Seconds of processor time that the machine took so far: what a busy host changes less than the clock. */
  processorSeconds(): Promise<number>;
  close(): Promise<void>;
};

/** @param dir What `ensureHook` returned. */
export function hookFiles(dir: string): BootFiles {
  return { kernel: join(dir, kernelFile), initramfs: join(dir, initramfsFile) };
}

/** As the host is seen by a machine on a `user` network. */
export const hostAddress = "10.0.2.2";
export const machineMac = "52:54:00:77:00:50";

/** Powers a machine on: one processor, emulated. The caller closes it. */
export function bootMachine(options: BootOptions): BootedMachine {
  const poweredOnMs = performance.now();
  const qemu = spawn("qemu-system-x86_64", qemuArguments(options), {
    stdio: ["ignore", "pipe", "pipe"],
    signal: options.signal,
    killSignal: "SIGKILL", // it has no disk, so nothing is lost
  });
  const lines: string[] = [];
  const watchers = new Set<() => void>();
  let failure = "";
  const ended = new Promise<void>((resolve) => {
    qemu.once("error", (error) => {
      failure = error.message;
      resolve();
    });
    qemu.once("close", () => resolve());
  });
  qemu.stderr.setEncoding("utf8").on("data", (text: string) => {
    failure = (failure + text).slice(-2000);
  });
  createInterface(qemu.stdout).on("line", (line) => {
    lines.push(line.trimEnd());
    for (const look of watchers) look();
  });
  const waitForLine = async (pattern: RegExp): Promise<string> => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const look = (): void => {
      const line = lines.find((each) => pattern.test(each));
      if (line !== undefined) resolve(line);
    };
    watchers.add(look);
    look();
    void ended.then(() =>
      reject(new Error(`The machine ended before it said ${pattern}: ${failure}\n${lines.slice(-40).join("\n")}`)),
    );
    return await promise.finally(() => watchers.delete(look));
  };
  return {
    ...{ poweredOnMs, lines, waitForLine, ended },
    processorSeconds: async () => processorSeconds(await readFile(`/proc/${qemu.pid}/stat`, "utf8")),
    close: async () => {
      qemu.kill("SIGKILL");
      await ended;
    },
  };
}

function qemuArguments({ files, memoryMiB, network, parameters, consoles }: BootOptions): string[] {
  // Without a ROM the card costs no time before the kernel, which knows it by itself.
  const card = ["-netdev", "user,id=net0", "-device", `virtio-net-pci,netdev=net0,mac=${machineMac},romfile=`];
  return [
    ...["-nodefaults", "-display", "none", "-no-reboot", "-serial", "stdio"],
    // As in the lab: emulation copies one byte at a time where a guest is told that string moves are fast.
    ...["-M", "pc,accel=tcg", "-cpu", "max,-erms", "-smp", "1", "-m", String(memoryMiB)],
    ...["-kernel", files.kernel, "-initrd", files.initramfs],
    ...["-append", [consoles ?? "console=ttyS0,115200", ...parameters].join(" ")],
    ...(network === "user" ? card : ["-nic", "none"]),
  ];
}

/** Fields 14 and 15 of /proc/PID/stat, in ticks of a hundredth of a second; the name before them may hold spaces. */
function processorSeconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
