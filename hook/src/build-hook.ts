// Builds the in-memory OS: a kernel and an initramfs, from Debian packages, our worker and the base layer of action images.
import { copyFile, mkdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type DebianArchive,
  kernelPackage,
  knownPackages,
  openArchive,
  unpackTogether,
} from "./archive/debian-archive.ts";
import { makeWorkFolder } from "./artifacts/work-folder.ts";
import { HookError } from "./hook-error.ts";
import { packInitramfs, packSquashfs, sha256OfFile } from "./initramfs/pack.ts";
import { layOutRoot, type NodeBase } from "./initramfs/root-tree.ts";
import { drivers, rootDrivers } from "./kernel/drivers.ts";
import { type InstalledDrivers, installDrivers } from "./kernel/install-drivers.ts";
import { moduleName } from "./kernel/module-index.ts";

export type BuildProgress = (step: string, detail: string) => void;

export type BuildHookOptions = {
  /** Gets `vmlinuz-x86_64`, `initramfs-x86_64` and `hook-x86_64.json`; made when missing. */
  readonly outDir: string;
  /** What `buildWorker` made. */
  readonly workerDir: string;
  readonly base: NodeBase;
  readonly signal?: AbortSignal;
  readonly progress?: BuildProgress;
};

/** What was built of what: also written beside the two files. Sizes in bytes. */
export type HookFacts = {
  readonly kernel: { readonly version: string; readonly sizeBytes: number; readonly sha256: string };
  readonly initramfs: { readonly sizeBytes: number; readonly sha256: string };
  /** `name_version_architecture`. */
  readonly packages: readonly string[];
  readonly absentDrivers: readonly string[];
  readonly missingFirmware: readonly string[];
};

export const kernelFile = "vmlinuz-x86_64";
export const initramfsFile = "initramfs-x86_64";
const factsFile = "hook-x86_64.json";

/**
 * Debian 12 has two kernels. The newer one is packed with zstd and unpacks several times faster than xz, which under
 * emulation is the largest part of its start; it also knows newer hardware. Later releases have it under the plain name.
 */
const kernelChoices = ["linux-image-6.12-amd64", "linux-image-amd64"] as const;
const programPackages = ["busybox-static", "crun", "kexec-tools"] as const;
const firmwareChoices = [
  "firmware-bnx2",
  "firmware-bnx2x",
  "firmware-realtek",
  "firmware-qlogic",
  "firmware-misc-nonfree",
];
/** Equal input must give equal bytes, so no file may have the time of the build. Any fixed time will do: 2026-01-01. */
const timeSeconds = 1_767_225_600;

/**
 * @throws {ProgramError} When a program fails or is missing (`hookPackages` lists what they are in).
 * @throws {HookError} When Debian's archive lacks a package or the kernel a module without which nothing boots.
 */
export async function buildHook(options: BuildHookOptions): Promise<HookFacts> {
  const { outDir, signal } = options;
  const work = await makeWorkFolder(tmpdir(), "neverland-hook");
  try {
    const progress = options.progress ?? (() => undefined);
    progress("hook", "reading Debian's package lists");
    const archive = await openArchive(join(work, "apt"), signal);
    progress("hook", "fetching kernel, drivers' firmware and programs");
    const fetched = await fetchPackages(archive, work, signal);
    progress("hook", "choosing drivers");
    const root = join(work, "root");
    await mkdir(root);
    const installed = await installDrivers(fetched, drivers, root, signal);
    refuseUnbootable(installed);
    await layOutRoot(root, { ...options, packagesRoot: fetched.programsRoot }, signal);
    progress("hook", "compressing the root file system");
    await mkdir(outDir, { recursive: true });
    await packSquashfs(root, join(work, "root.sqfs"), timeSeconds, signal);
    await packFiles({ work, root, outDir, fetched, installed });
    return await writeFacts(outDir, fetched.packages, installed);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

type Fetched = {
  readonly kernelRoot: string;
  readonly firmwareRoot: string;
  readonly programsRoot: string;
  readonly packages: readonly string[];
};

async function fetchPackages(archive: DebianArchive, work: string, signal?: AbortSignal): Promise<Fetched> {
  const [metaPackage] = await knownPackages(archive, kernelChoices, signal);
  if (metaPackage === undefined)
    throw new HookError("not-in-archive", `None of ${kernelChoices.join(", ")} is in Debian's package lists.`);
  const roots = {
    kernelRoot: join(work, "kernel"),
    firmwareRoot: join(work, "firmware"),
    programsRoot: join(work, "programs"),
  };
  const kernel = await kernelPackage(archive, metaPackage, signal);
  const firmware = await knownPackages(archive, firmwareChoices, signal);
  const packages = [
    ...(await unpackTogether(archive, { names: [kernel], alone: true, outDir: roots.kernelRoot }, signal)),
    ...(await unpackTogether(archive, { names: programPackages, outDir: roots.programsRoot }, signal)),
  ];
  if (firmware.length > 0)
    packages.push(
      ...(await unpackTogether(archive, { names: firmware, alone: true, outDir: roots.firmwareRoot }, signal)),
    );
  return { ...roots, packages: packages.toSorted() };
}

async function packFiles(parts: {
  work: string;
  root: string;
  outDir: string;
  fetched: Fetched;
  installed: InstalledDrivers;
}): Promise<void> {
  const { installed, fetched } = parts;
  const needed = rootModules(installed).map((file) => join(parts.root, "usr/lib/modules", installed.version, file));
  await copyFile(join(fetched.kernelRoot, `boot/vmlinuz-${installed.version}`), join(parts.outDir, kernelFile));
  await packInitramfs(
    { busybox: join(fetched.programsRoot, "bin/busybox"), squashfs: join(parts.work, "root.sqfs"), modules: needed },
    join(parts.outDir, initramfsFile),
    timeSeconds,
  );
}

function refuseUnbootable({ version, absent }: InstalledDrivers): void {
  const needed = rootDrivers.filter((name) => absent.includes(name));
  if (needed.length === 0) return;
  throw new HookError(
    "not-in-archive",
    `Debian's kernel ${version} lacks ${needed.join(", ")}, without which Hook cannot mount its root file system. Choose another kernel in kernelChoices.`,
  );
}

/** `files` is in an order that can be loaded, and begins with what the root drivers need: up to the last of them. */
function rootModules(installed: InstalledDrivers): readonly string[] {
  const last = installed.files.findLastIndex((file) => rootDrivers.some((name) => name === moduleName(file)));
  return installed.files.slice(0, last + 1);
}

async function writeFacts(
  outDir: string,
  packages: readonly string[],
  installed: InstalledDrivers,
): Promise<HookFacts> {
  const describe = async (name: string): Promise<{ sizeBytes: number; sha256: string }> => ({
    sizeBytes: (await stat(join(outDir, name))).size,
    sha256: await sha256OfFile(join(outDir, name)),
  });
  const facts: HookFacts = {
    kernel: { version: installed.version, ...(await describe(kernelFile)) },
    initramfs: await describe(initramfsFile),
    packages,
    absentDrivers: installed.absent,
    missingFirmware: installed.missingFirmware,
  };
  await writeFile(join(outDir, factsFile), `${JSON.stringify(facts, null, 2)}\n`);
  return facts;
}
