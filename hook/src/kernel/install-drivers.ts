// Puts the chosen drivers, with all they need, and their firmware into the root of the in-memory OS.
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runProgram } from "@neverland/debian";
import { type ModuleIndex, moduleFiles, moduleName, readModuleIndex } from "./module-index.ts";
import { firmwareNames } from "./module-info.ts";

export type InstalledDrivers = {
  readonly version: string;
  /** Modules by name, uncompressed, as files below `kernelRoot`. */
  readonly files: readonly string[];
  /** Wanted drivers that this kernel does not have. */
  readonly absent: readonly string[];
  /** Firmware that a driver may ask for and no package had. */
  readonly missingFirmware: readonly string[];
};

/**
 * @param from Unpacked kernel package and unpacked firmware packages.
 * @param outRoot Root that gets `usr/lib/modules/VERSION` and `usr/lib/firmware`.
 */
export async function installDrivers(
  from: { readonly kernelRoot: string; readonly firmwareRoot: string },
  wanted: readonly string[],
  outRoot: string,
  signal?: AbortSignal,
): Promise<InstalledDrivers> {
  const version = await kernelVersion(from.kernelRoot);
  const source = join(from.kernelRoot, "lib/modules", version);
  const index = await indexModules(from.kernelRoot, version, signal);
  const has = (name: string): boolean => index.modules.has(moduleName(name)) || index.builtin.has(moduleName(name));
  const files = moduleFiles(index, wanted.filter(has));
  const target = join(outRoot, "usr/lib/modules", version);
  await copyModules(source, files, target, signal);
  for (const name of ["modules.order", "modules.builtin"]) await cp(join(source, name), join(target, name));
  await runProgram(["depmod", "-b", join(outRoot, "usr"), version], signal ? { signal } : {});
  await dropUnreadIndexes(target);
  const plain = files.map(plainName);
  const missingFirmware = await copyFirmware(
    plain.map((file) => join(target, file)),
    from.firmwareRoot,
    outRoot,
  );
  return { version, files: plain, absent: wanted.filter((name) => !has(name)), missingFirmware };
}

async function kernelVersion(kernelRoot: string): Promise<string> {
  const [version] = await readdir(join(kernelRoot, "lib/modules"));
  if (version === undefined) throw new Error(`${kernelRoot} has no folder in lib/modules: is it a kernel package?`);
  return version;
}

async function indexModules(kernelRoot: string, version: string, signal?: AbortSignal): Promise<ModuleIndex> {
  await runProgram(["depmod", "-b", kernelRoot, version], signal ? { signal } : {});
  const read = async (name: string): Promise<string> =>
    await readFile(join(kernelRoot, "lib/modules", version, name), "utf8");
  return readModuleIndex({
    dep: await read("modules.dep"),
    builtin: await read("modules.builtin"),
    softdep: await read("modules.softdep"),
  });
}

/**
 * Uncompressed: squashfs packs them better than xz does one by one. Without type information for BPF: reading it is most
 * of the time that loading a module takes. The signature goes with it, and so a kernel under Secure Boot, which insists on
 * signatures, would refuse these modules.
 */
async function copyModules(
  source: string,
  files: readonly string[],
  target: string,
  signal?: AbortSignal,
): Promise<void> {
  for (const file of files) {
    await mkdir(dirname(join(target, file)), { recursive: true });
    await cp(join(source, file), join(target, file));
  }
  const compressed = files.filter((file) => file.endsWith(".xz")).map((file) => join(target, file));
  if (compressed.length > 0)
    await runProgram(["xz", "--decompress", "--threads=0", "--", ...compressed], signal ? { signal } : {});
  const plain = files.map((file) => join(target, plainName(file)));
  await runProgram(["strip", "--strip-debug", "--remove-section=.BTF", ...plain], signal ? { signal } : {});
}

function plainName(file: string): string {
  return file.replace(/\.xz$/, "");
}

/** What busybox' modprobe reads, and no more: it reads all of them at every call. */
const indexesRead: ReadonlySet<string> = new Set([
  "modules.dep",
  "modules.alias",
  "modules.builtin",
  "modules.softdep",
]);

async function dropUnreadIndexes(target: string): Promise<void> {
  for (const name of await readdir(target))
    if (name.startsWith("modules.") && !indexesRead.has(name)) await rm(join(target, name));
}

async function copyFirmware(modules: readonly string[], firmwareRoot: string, outRoot: string): Promise<string[]> {
  const missing: string[] = [];
  const names = new Set<string>();
  for (const module of modules) for (const name of firmwareNames(await readFile(module))) names.add(name);
  for (const name of [...names].toSorted()) {
    const content = await readFile(join(firmwareRoot, "lib/firmware", name)).catch(() => undefined);
    if (content === undefined) {
      missing.push(name);
      continue;
    }
    const target = join(outRoot, "usr/lib/firmware", name);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
  }
  return missing;
}
