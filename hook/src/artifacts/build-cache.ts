// Keeps what was built, by a hash of what it was built from: the same inputs are built once.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { directoryEntries } from "@neverland/oci";
import { HookError } from "../hook-error.ts";
import { makeWorkFolder } from "./work-folder.ts";

/** `XDG_CACHE_HOME/neverland`, or `~/.cache/neverland`. */
export function defaultCacheDir(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "neverland");
}

/** Each result is a hundred megabytes; a server may still be serving from the one before, or a branch go back to it. */
const keptResults = 3;

/**
 * The folder with what `build` makes of `inputs`; `build` is called only when it is not there.
 * It is made beside its final place and renamed, so a build that dies leaves nothing that looks whole.
 * After a build, the results of the same name that were used last are kept, and older ones removed.
 * @throws {HookError} `bad-cache` when nothing can be kept in `cacheDir`; else what `build` throws.
 */
export async function cached(
  cacheDir: string,
  name: string,
  inputs: readonly string[],
  build: (outDir: string) => Promise<void>,
): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(inputs)).digest("hex").slice(0, 24);
  const dir = join(cacheDir, `${name}-${hash}`);
  if (await markUsed(dir)) return dir;
  const work = await workFolder(cacheDir, name);
  try {
    await build(work);
    // Somebody else may have been quicker: theirs is the same.
    const refusal: unknown = await rename(work, dir).catch((error: unknown) => error);
    if (!(await markUsed(dir))) throw refusal;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  await removeLongUnused(cacheDir, name);
  return dir;
}

async function workFolder(cacheDir: string, name: string): Promise<string> {
  try {
    await mkdir(cacheDir, { recursive: true });
    return await makeWorkFolder(cacheDir, `.${name}`);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const sentence = `What is built cannot be kept in ${cacheDir}: ${why}`;
    throw new HookError("bad-cache", `${sentence}.\nName a folder that you may write to with XDG_CACHE_HOME.`, {
      cause,
    });
  }
}

/** A folder's time says when it was last used. @returns Whether it is there. */
async function markUsed(dir: string): Promise<boolean> {
  if ((await lastUsedMs(dir)) === undefined) return false;
  const now = new Date();
  await utimes(dir, now, now).catch(() => undefined); // a cache that may only be read is as good
  return true;
}

async function lastUsedMs(dir: string): Promise<number | undefined> {
  return await stat(dir).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}

async function removeLongUnused(cacheDir: string, name: string): Promise<void> {
  const result = new RegExp(`^${name}-[0-9a-f]{24}$`);
  const paths = (await readdir(cacheDir)).filter((entry) => result.test(entry)).map((entry) => join(cacheDir, entry));
  const used = await Promise.all(paths.map(async (path) => ({ path, atMs: (await lastUsedMs(path)) ?? 0 })));
  used.sort((a, b) => b.atMs - a.atMs);
  for (const { path } of used.slice(keptResults)) await rm(path, { recursive: true, force: true });
}

/** A digest of the files `paths` and of all in the folders among them (names and contents), tests left out. */
export async function hashSources(root: string, paths: readonly string[]): Promise<string> {
  const files = (await Promise.all(paths.map(async (path) => await filesIn(join(root, path))))).flat();
  const hash = createHash("sha256");
  for (const file of files.filter(isSource).sort())
    hash.update(`${file.slice(root.length)}\n`).update(await readFile(file));
  return hash.digest("hex");
}

function isSource(file: string): boolean {
  return !file.includes("/node_modules/") && !file.includes("/testing/") && !file.endsWith(".test.ts");
}

async function filesIn(path: string): Promise<string[]> {
  if ((await stat(path)).isFile()) return [path];
  const entries = await directoryEntries(path);
  return entries.filter(({ type }) => type === "file").map((entry) => join(path, entry.path));
}
