// The folder that a server keeps its data in: made when it is not there, and every fault of it a sentence.
import { constants, type Stats } from "node:fs";
import { access, chmod, lstat, readdir, stat } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { ServerError } from "../server-error.ts";
import { fileAt, isOurs } from "./file-owner.ts";
import { makeFolders } from "./make-folders.ts";
import { closeToOthers } from "./private-file.ts";
import { trustedPath } from "./trusted-path.ts";

/** What a data folder holds, by the beginning of its name; with anything else in it, a folder is somebody's for another purpose. */
const ownEntries = ["neverland.db", "token", "kubeconfig", "events", "action-logs", "logs", "hook", "files", "tls"];
/** Shared by many users, as /tmp is. */
const sticky = 0o1000;
const writableByOthers = 0o022;
const databaseFiles = ["neverland.db", "neverland.db-wal", "neverland.db-shm"];

/**
 * Makes it when it is not there, and closes it to others: they could read every machine's secrets in it, or put files there that this
 * server believes.
 * @param owner Of this program: root may use a folder of that user's, who built what is in it before, or began without sudo.
 * @returns Warnings of what was mended. @throws {ServerError} `bad-config` when it is no folder, else `bad-data-dir`.
 */
export async function makeDataDir(dataDir: string, owner?: number): Promise<readonly string[]> {
  return await inDataDir(dataDir, async () => {
    await refuseParents(dataDir);
    await makeFolders(dataDir, 0o700);
    const { mode } = await refuseFolder(dataDir, owner);
    const warnings = (mode & 0o077) === 0 ? [] : [await closeFolder(dataDir, mode, owner)];
    for (const name of databaseFiles) await closeToOthers(join(dataDir, name), owner);
    return warnings;
  });
}

/**
 * What {@link makeDataDir} has against a folder that is there, or may be made; nothing is made or closed.
 * @throws {ServerError} As that.
 */
export async function checkDataDir(dataDir: string, owner?: number): Promise<void> {
  await inDataDir(dataDir, async () => {
    await refuseParents(dataDir);
    const isThere = await stat(dataDir).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    if (isThere === undefined) return;
    // By its path, as mkdir would.
    if (!isThere.isDirectory()) throw Object.assign(new Error("not a folder"), { code: "EEXIST", path: dataDir });
    const { mode } = await refuseFolder(dataDir, owner);
    if ((mode & 0o077) !== 0) await refuseShared(dataDir, mode);
  });
}

async function refuseFolder(dataDir: string, owner: number | undefined): Promise<Stats> {
  // When it is another user's, that is to be said, not which of its files fails first.
  await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  const stats = await stat(dataDir);
  if (!(await isOurs(fileAt(dataDir, stats), owner)))
    throw unfit(dataDir, `it belongs to another user (uid ${stats.uid}); run this as that user, or ${elsewhere}`);
  return stats;
}

/** Who may write a folder above it can put another in its place, with a token of their own. */
async function refuseParents(dataDir: string): Promise<void> {
  const found = await trustedPath(dataDir);
  if ("mistrust" in found) throw unfit(dataDir, `${found.mistrust}, or ${elsewhere}`);
}

/** A folder such as /tmp or a home is not ours to close. @returns How it is open. */
async function refuseShared(dataDir: string, mode: number): Promise<string> {
  const foreign = (await readdir(dataDir)).filter((name) => !ownEntries.some((own) => name.startsWith(own)));
  const open = `other users get into it (mode ${(mode & 0o7777).toString(8)})`;
  if (foreign.length > 0 || (mode & sticky) !== 0)
    throw unfit(dataDir, `${open}, and ${usedFor(foreign)}; ${elsewhere}`);
  return open;
}

async function closeFolder(dataDir: string, mode: number, owner: number | undefined): Promise<string> {
  const open = await refuseShared(dataDir, mode);
  // Closed first: nothing can be put there between the look and the lock.
  await chmod(dataDir, 0o700);
  if ((mode & writableByOthers) !== 0)
    await refuseForeign(dataDir, owner).catch(async (error: unknown) => {
      // Left closed, it would be believed at the next start.
      await chmod(dataDir, mode & 0o7777);
      throw error;
    });
  return `${dataDir}: ${open}; it is 700 now, since everything that machines are told lies in it`;
}

/** Nothing foreign is in an empty /tmp. */
function usedFor(foreign: readonly string[]): string {
  if (foreign.length === 0) return "it is one that many users share (sticky)";
  return `it is used for other things too (${foreign.slice(0, 3).join(", ")})`;
}

/** Where others could write, what lies there may be theirs: a kernel, an event, a link that leads what is written elsewhere. */
async function refuseForeign(dataDir: string, owner: number | undefined): Promise<void> {
  for (const name of await readdir(dataDir, { recursive: true })) {
    const path = join(dataDir, name);
    const stats = await lstat(path);
    const why = stats.isSymbolicLink()
      ? "is a symbolic link"
      : !(await isOurs(fileAt(path, stats), owner)) && `belongs to another user (uid ${stats.uid})`;
    if (why)
      throw unfit(dataDir, `others could write in it, and ${name} ${why}; look at it and delete it, or ${elsewhere}`);
  }
}

function unfit(dataDir: string, why: string): ServerError {
  return new ServerError("bad-data-dir", `${dataDir} cannot be the data folder: ${why}`);
}

/** Does something with files of the data folder; the system's errors become sentences. */
export async function inDataDir<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const why = whyUnusable.get(codeOf(cause))?.(pathOf(cause) ?? dataDir, dataDir);
    if (why === undefined) throw cause;
    const isSlip = notAFolder.includes(codeOf(cause)) && !isWithin(pathOf(cause) ?? dataDir, dataDir);
    const code = isSlip ? "bad-config" : "bad-data-dir";
    throw new ServerError(code, `${dataDir} cannot be the data folder: ${why}`, { cause });
  }
}

const notAFolder = ["EEXIST", "ENOTDIR", "ELOOP"];
const elsewhere = "name another with --data-dir";
const forbidden = (path: string): string =>
  `this user may not use ${path}; run this as the user whom it belongs to, or ${elsewhere}`;
const noFolder = (path: string, dataDir: string): string =>
  isWithin(path, dataDir)
    ? `${path} is a file or a link, and there must be a folder of its own; move it away`
    : "it is a file, or lies below one; name a folder with --data-dir";
const whyUnusable: ReadonlyMap<string, (path: string, dataDir: string) => string> = new Map([
  ...notAFolder.map((code) => [code, noFolder] as const),
  ...["EACCES", "EPERM"].map((code) => [code, forbidden] as const),
  ["ENOENT", () => `it cannot be made there; ${elsewhere}`],
  ["EROFS", () => `its disk is mounted for reading only; ${elsewhere}`],
  ["ENOSPC", () => "its disk is full; free some space, then try again"],
]);

function isWithin(path: string, dataDir: string): boolean {
  return resolve(path).startsWith(resolve(dataDir) + sep);
}

function pathOf(error: unknown): string | undefined {
  return error instanceof Error && "path" in error ? String(error.path) : undefined;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
