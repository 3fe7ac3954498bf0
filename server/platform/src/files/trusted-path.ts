// Where a path leads, and whether only this user and root decide that: by ssh's rule each folder on the way, and each link, must be theirs.
import { constants, type Stats } from "node:fs";
import { access, lchown, lstat, readlink } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { fileAt, isBelieved, type OwnedFile } from "./file-owner.ts";

/** Why it is not believed, in words that follow "is not believed:"; undefined when it is. */
export type Mistrust = string;

const mostLinks = 40;
/** Others may add to such a folder, as /tmp is one, and take from it only what is their own. */
const sticky = 0o1000;

/**
 * Follows links. What the path ends in is not judged, nor must it be there.
 * @returns The path without links. @throws What the system says, but for `ENOENT`.
 */
export async function trustedPath(
  path: string,
): Promise<{ readonly path: string } | { readonly mistrust: Mistrust; readonly path: string }> {
  let at: string = sep;
  let links = 0;
  const steps = resolve(path).split(sep).filter(isStep);
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
    const mistrust = await mistrustOfParent(at);
    if (mistrust !== undefined) return { mistrust, path: at };
    const next = step === ".." ? dirname(at) : join(at, step);
    const stats = await lstat(next).catch(ignoreMissing);
    if (stats === undefined) return { path: join(next, ...steps) };
    if (stats.isSymbolicLink()) {
      links += 1;
      if (links > mostLinks) return { mistrust: `${path} goes round in links`, path: next };
      if (!(await isBelieved(linkAt(next, stats))))
        return { mistrust: `the link ${next} ${another(stats)}`, path: next };
      const target = await readlink(next);
      if (target.startsWith(sep)) at = sep;
      steps.unshift(...target.split(sep).filter(isStep));
    } else at = next;
  }
  return { path: at };
}

/** Of what a path ends in. @param what Names it in the sentence. */
export async function mistrustOf(path: string, stats: Stats, what = "it"): Promise<Mistrust | undefined> {
  if (!(await isBelieved(fileAt(path, stats))))
    return `${what} ${another(stats)}; look who put it there, then delete it or make it your own`;
  return await mistrustOfMode(path, stats, what);
}

async function mistrustOfParent(folder: string): Promise<Mistrust | undefined> {
  const stats = await lstat(folder);
  if (!(await isBelieved(fileAt(folder, stats))))
    return `the folder ${folder} ${another(stats)}, who could put something else there`;
  return (stats.mode & sticky) === 0 ? await mistrustOfMode(folder, stats, `the folder ${folder}`) : undefined;
}

/** Of its mode alone. @param what Names it in the sentence. */
export async function mistrustOfMode(path: string, stats: Stats, what: string): Promise<Mistrust | undefined> {
  if (!isOpenToOthers(stats) || (await isReadOnly(path))) return undefined;
  return `others may write ${what} (mode ${(stats.mode & 0o7777).toString(8)}); look what is in it, then \`chmod go-w\` it`;
}

/**
 * Debian and Ubuntu give each user a group of its own, of the same number, and on some let it write what the user makes: nobody else is in it.
 */
function isOpenToOthers({ mode, uid, gid }: Stats): boolean {
  return (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== 0 && gid !== uid);
}

/** A link has no mode; its owner alone may give it to itself. */
function linkAt(path: string, stats: Stats): OwnedFile {
  return { stats, chmod: () => lchown(path, stats.uid, stats.gid) };
}

/** A container's ConfigMap may be writable by its mode, and be mounted for reading alone. */
async function isReadOnly(path: string): Promise<boolean> {
  return await access(path, constants.W_OK).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === "EROFS",
  );
}

function another({ uid }: Stats): string {
  return `belongs to another user (uid ${uid})`;
}

function isStep(step: string): boolean {
  return step !== "" && step !== ".";
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
}
