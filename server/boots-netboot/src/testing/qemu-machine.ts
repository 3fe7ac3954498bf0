// A QEMU machine with nothing on its disk, on the rack's bridge: real firmware as a client. Emulated, so that it boots anywhere.
import { once } from "node:events";
import { access, constants, copyFile, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Rack } from "./boots-rack.ts";
import { runInside, spawnInside } from "./network-namespace.ts";

export interface QemuOptions {
  /** `uefi` lacks PXE over IPv6, `uefi-http` PXE altogether; `uefi-all` tries every way that it has. */
  readonly firmware: "bios" | "uefi" | "uefi-http" | "uefi-all";
  readonly mac: string;
  /** Boot sector code for the disk; it shows that the firmware came to the disk. */
  readonly disk?: Uint8Array;
}

export interface QemuMachine {
  readonly startedAtMs: number;
  /** When the serial port first showed the text, on the wall clock. Rejects with the log after `timeoutMs`. */
  serialShows(text: string, timeoutMs: number): Promise<number>;
  close(): Promise<void>;
}

const tapDevice = "/dev/net/tun";

export async function startQemu(rack: Rack, { firmware, mac, disk }: QemuOptions): Promise<QemuMachine> {
  await access(tapDevice, constants.R_OK | constants.W_OK).catch(() => {
    throw new Error(
      `QEMU cannot be put on the rack: ${tapDevice} may not be opened; run as root, or give it mode 0666`,
    );
  });
  const directory = await mkdtemp(join(tmpdir(), "boots-qemu-"));
  const serial = join(directory, "serial");
  const image = join(directory, "disk.raw");
  await writeFile(image, disk ?? new Uint8Array(0));
  await truncate(image, 64 * 2 ** 20);
  const tap = `tap${mac.slice(-2)}`;
  await runInside(rack.server, ["sh", "-c", `ip tuntap add dev ${tap} mode tap; ip link set ${tap} master br0 up`]);
  const startedAtMs = Date.now();
  const args = [...(await firmwareArgs(firmware, directory)), ...deviceArgs({ tap, mac, serial, image, firmware })];
  const child = spawnInside(rack.server, ["qemu-system-x86_64", ...args]);
  child.stderr.pipe(process.stderr);
  return {
    startedAtMs,
    serialShows: (text, timeoutMs) => untilSerialShows(serial, text, timeoutMs),
    async close() {
      const ended = once(child, "close");
      child.kill("SIGKILL"); // there is nothing on its disk to keep
      await ended;
      await runInside(rack.server, ["ip", "link", "del", tap]);
      await rm(directory, { recursive: true });
    },
  };
}

/** QEMU writes the log as a plain file, which tells nobody of its growth: it is read anew. */
async function untilSerialShows(serial: string, text: string, timeoutMs: number): Promise<number> {
  for (const deadlineMs = Date.now() + timeoutMs; ; await setTimeout(50)) {
    const log = await readFile(serial, "latin1").catch(() => "");
    if (log.includes(text)) return Date.now();
    if (Date.now() > deadlineMs) throw new Error(`no ${text} on the serial port within ${timeoutMs} ms: ${log}`);
  }
}

async function firmwareArgs(firmware: QemuOptions["firmware"], directory: string): Promise<string[]> {
  // graphics=off makes SeaBIOS and iPXE talk on the serial port.
  if (firmware === "bios") return ["-M", "pc,accel=tcg,graphics=off"];
  const variables = join(directory, "vars.fd");
  await copyFile("/usr/share/OVMF/OVMF_VARS_4M.fd", variables);
  const flash = (rest: string) => ["-drive", `if=pflash,format=raw,${rest}`];
  const noPxe = ["-fw_cfg", "name=opt/org.tianocore/IPv4PXESupport,string=n"];
  return [
    ...["-M", "q35,accel=tcg"],
    ...flash("readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd"),
    ...flash(`file=${variables}`),
    ...(firmware === "uefi-http" ? noPxe : []),
    ...(firmware === "uefi-all" ? [] : ["-fw_cfg", "name=opt/org.tianocore/IPv6PXESupport,string=n"]),
  ];
}

function deviceArgs(a: { tap: string; mac: string; serial: string; image: string; firmware: string }): string[] {
  // An empty ROM makes OVMF use its own driver and its own PXE client instead of iPXE's.
  const rom = a.firmware === "bios" ? "" : ",romfile=";
  return [
    ...["-display", "none", "-serial", `file:${a.serial}`, "-m", "512", "-smp", "1", "-cpu", "max", "-no-reboot"],
    ...["-netdev", `tap,id=n0,ifname=${a.tap},script=no,downscript=no`],
    ...["-device", `virtio-net-pci,netdev=n0,mac=${a.mac},bootindex=1${rom}`],
    ...["-drive", `if=none,id=d0,file=${a.image},format=raw`, "-device", "virtio-blk-pci,drive=d0,bootindex=2"],
    ...["-device", "virtio-rng-pci"],
  ];
}
