// A machine's folder: what of it survives a power cycle, and where its logs go.
import { constants } from "node:fs";
import { copyFile, mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { LabError } from "../lab-error.ts";
import type { QemuFiles } from "../qemu/qemu-command.ts";
import type { MachineSpec } from "./machine-spec.ts";

/** Debian's package `ovmf`. The 4 MiB build, as servers have; secure boot is off in its variables. */
const ovmf = { code: "/usr/share/OVMF/OVMF_CODE_4M.fd", vars: "/usr/share/OVMF/OVMF_VARS_4M.fd" };

export interface MachineFolder {
  readonly path: string;
  readonly disk: string;
  readonly uefiVars: string;
  readonly serialLog: string;
  readonly commandLine: string;
  /** QEMU starts a capture anew at each power-on, so each has its own file. */
  capture(powerOn: number): string;
  files(powerOn: number): QemuFiles;
}

export function machineFolder(path: string): MachineFolder {
  const disk = join(path, "disk.raw");
  const uefiVars = join(path, "uefi-vars.fd");
  const serialLog = join(path, "serial.log");
  const capture = (powerOn: number): string => join(path, `network-${powerOn}.pcap`);
  const files = (powerOn: number): QemuFiles => ({
    disk,
    uefiCode: ovmf.code,
    uefiVars,
    serialLog,
    capture: capture(powerOn),
  });
  return { path, disk, uefiVars, serialLog, commandLine: join(path, "qemu-command.txt"), capture, files };
}

/** Makes what is missing and leaves what is there: a blank sparse disk, and for UEFI its variables. */
export async function prepareMachineFolder(folder: MachineFolder, spec: MachineSpec): Promise<void> {
  await mkdir(folder.path, { recursive: true });
  await ifMissing(() => blankDisk(folder.disk, spec.diskGiB));
  if (spec.firmware === "uefi") await ifMissing(() => copyVariables(folder.uefiVars));
}

async function blankDisk(path: string, sizeGiB: number): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.truncate(sizeGiB * 2 ** 30);
  } finally {
    await file.close();
  }
}

async function copyVariables(path: string): Promise<void> {
  try {
    await copyFile(ovmf.vars, path, constants.COPYFILE_EXCL);
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "ENOENT")) throw cause;
    throw new LabError("program-missing", `UEFI firmware ${ovmf.vars} is not there; install the package ovmf`, {
      cause,
    });
  }
}

async function ifMissing(make: () => Promise<void>): Promise<void> {
  try {
    await make();
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}
