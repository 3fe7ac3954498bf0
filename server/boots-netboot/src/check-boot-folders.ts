// Whether the folders that machines boot from are there and hold something, before anything is opened.
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { CheckDeps } from "@neverland/component-kit/component.ts";
import { hookDirOf } from "@neverland/component-kit/shared-settings.ts";
import { mistrustOfMode, trustedPath } from "@neverland/platform/files/trusted-path.ts";
import { ServerError } from "@neverland/platform/server-error.ts";
import type { BootsValues } from "./boots-settings.ts";

type Deps = CheckDeps<BootsValues>;

/** @returns Warnings. @throws {ServerError} `bad-config` for a folder that was named and is of no use. */
export async function checkBootFolders(deps: Deps): Promise<readonly string[]> {
  return [...(await checkHook(deps)), ...(await checkIpxe(deps)), ...(await checkOwners(deps))];
}

/** Machines boot what lies there: who else may write it is said, and it is served all the same, since it may be meant so. */
async function checkOwners({ config, shared }: Deps): Promise<string[]> {
  if (shared.boots.interfaces.length === 0) return [];
  const folders = [hookDirOf(shared), config.ipxe.dir, config.files.dir ?? join(shared.dataDir, "files")];
  const found = await Promise.all(
    [...new Set(folders)].map(async (folder) => {
      // One that is not there, or cannot be read, is told of elsewhere.
      const path = await trustedPath(folder).catch(() => undefined);
      if (path === undefined) return [];
      if ("mistrust" in path) return [`${folder}: ${path.mistrust}`];
      const stats = await lstat(path.path).catch(() => undefined);
      const mistrust = stats && (await mistrustOfMode(path.path, stats, "it"));
      return mistrust === undefined ? [] : [`${folder}: ${mistrust}`];
    }),
  );
  return found.flat().map((why) => `${why}; machines boot what lies there`);
}

/** A folder that nobody named is no slip of the pen: Hook may come from elsewhere or be built later. */
async function checkHook({ config, shared, settings }: Deps): Promise<string[]> {
  const isNamed = settings.isGiven("boots.hook.dir");
  if (config.hook.url !== undefined || !(isNamed || shared.boots.interfaces.length > 0)) return [];
  const hookDir = hookDirOf(shared);
  const files = await filesOf(settings.nameOf("boots.hook.dir"), hookDir, isNamed);
  const halves = ["vmlinuz-", "initramfs-"].filter((half) => !files.some((name) => name.startsWith(half)));
  if (halves.length === 0) return [];
  const missing = halves.map((half) => `${half}x86_64`).join(" and ");
  const text = `${hookDir} has no ${missing} for machines to boot; make it with: tink hook build --out ${hookDir}`;
  if (isNamed) throw new ServerError("bad-config", text);
  return [text];
}

async function checkIpxe({ config, shared, settings }: Deps): Promise<string[]> {
  if (shared.boots.interfaces.length === 0) return [];
  const name = settings.nameOf("boots.ipxe.dir");
  const hasSome = (await filesOf(name, config.ipxe.dir, false)).some((file) => /\.(efi|k?kpxe|pxe)$/.test(file));
  if (hasSome) return [];
  return [
    `${config.ipxe.dir} has no iPXE binaries to boot machines with; install Debian's package ipxe or name them with ${name}`,
  ];
}

const whyUnreadable: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "there is no such folder"],
  ["ENOTDIR", "it is a file, not a folder"],
  ["EACCES", "this user may not read it"],
]);

async function filesOf(setting: string, folder: string, isNamed: boolean): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    if (!isNamed && code === "ENOENT") return [];
    throw new ServerError("bad-config", `${setting} ${folder}: ${whyUnreadable.get(code) ?? String(cause)}`, { cause });
  }
}
