// Finds the kernel and initrd to boot in a mounted system.
import { readdir, readFile, stat } from "node:fs/promises";
import { posix } from "node:path";
import { ActionError } from "../program/action-error.ts";
import { pathInside } from "../program/path-inside.ts";
import { defaultEntry } from "./grub-config.ts";
import type { Settings } from "./settings.ts";

/** Paths that can be opened from here. */
export type BootFiles = { readonly kernel: string; readonly initrds: readonly string[]; readonly commandLine: string };

type Wanted = Pick<Settings, "kernelPath" | "initrdPath" | "commandLine" | "grubConfigPath">;

/** @throws {ActionError} `filesystem` names the file that is missing. */
export async function findBootFiles(root: string, wanted: Wanted): Promise<BootFiles> {
  if (wanted.kernelPath !== undefined) {
    const initrds = wanted.initrdPath === undefined ? [] : [await located(root, wanted.initrdPath, "INITRD_PATH")];
    const kernel = await located(root, wanted.kernelPath, "KERNEL_PATH");
    return { kernel, initrds, commandLine: wanted.commandLine ?? "" };
  }
  const config = await located(root, wanted.grubConfigPath, "GRUBCFG_PATH");
  const entry = defaultEntry(await readFile(config, "utf8"));
  if (entry === undefined)
    throw new ActionError("filesystem", `${wanted.grubConfigPath} has no entry that boots Linux; set KERNEL_PATH`);
  const initrds: string[] = [];
  for (const initrd of entry.initrds) initrds.push(await located(root, initrd, `entry "${entry.title}"`));
  const kernel = await located(root, entry.kernel, `entry "${entry.title}"`);
  return { kernel, initrds, commandLine: wanted.commandLine ?? entry.commandLine };
}

/** GRUB's paths leave out /boot where that is a file system of its own, and ours may be either. */
async function located(root: string, path: string, source: string): Promise<string> {
  const relative = path.replace(/^\/+/, "");
  const candidates = [relative, `boot/${relative}`, relative.replace(/^boot\//, "")];
  for (const candidate of candidates) {
    const file = await pathInside(root, candidate);
    const isFile = await stat(file).then(
      (stats) => stats.isFile(),
      () => false,
    );
    if (isFile) return file;
  }
  const sentence = `${path} (${source}) is not on the mounted file system`;
  throw new ActionError(
    "filesystem",
    `${sentence}. ${await nearestFolder(root, path)}. Check the path and BLOCK_DEVICE`,
  );
}

const mostNamed = 12;

/** What is in the last folder of the path that there is: a kernel's version in a name changes with each update. */
async function nearestFolder(root: string, path: string): Promise<string> {
  const parts = posix.resolve("/", path).slice(1).split("/");
  for (const depth of parts.map((_, at) => parts.length - 1 - at)) {
    const folder = `/${parts.slice(0, depth).join("/")}`;
    const names = await readdir(await pathInside(root, folder)).catch(() => undefined);
    if (names === undefined) continue;
    const named = names.sort().slice(0, mostNamed).join(", ") || "nothing";
    return `In its ${folder} there is ${named}${names.length > mostNamed ? ` and ${names.length - mostNamed} more` : ""}`;
  }
  return "It cannot be listed";
}
