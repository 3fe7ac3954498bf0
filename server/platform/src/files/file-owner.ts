// Whose a file is, where its owner's number may not say it: in a user namespace, as a container or the demo has one, whoever is not in it
// is shown as nobody: the machine's root and any stranger alike, and this program itself when it is not in it.
import { readFileSync, type Stats, statSync } from "node:fs";
import { chmod, open } from "node:fs/promises";

/** A file as it is found, and a way to change its mode, which the kernel lets its owner do alone. */
export type OwnedFile = {
  readonly stats: Pick<Stats, "uid" | "mode">;
  readonly chmod: (mode: number) => Promise<void>;
};

/** Of what stands at this path, as it was looked at there. */
export function fileAt(path: string, stats: Stats): OwnedFile {
  return { stats, chmod: (mode) => changeMode(path, stats, mode) };
}

/** `O_PATH` of open(2), which Node does not name: a place in the tree, for which nothing of the file need be allowed. */
const placeOnly = 0o10000000;

/** Never of another that was put there since, be it by a link. @throws `ESTALE` when one was. */
async function changeMode(path: string, { dev, ino }: Stats, mode: number): Promise<void> {
  const place = await open(path, placeOnly);
  try {
    const found = await place.stat();
    if (found.dev !== dev || found.ino !== ino)
      throw Object.assign(new Error(`${path} was changed while it was looked at`), { code: "ESTALE", path });
    // fchmod(2) takes no such descriptor; its link does.
    await chmod(`/proc/self/fd/${place.fd}`, mode);
  } finally {
    await place.close();
  }
}

/** The user and the user namespace that this runs in. */
export type FileReader = {
  readonly uid: number | undefined;
  /** As `/proc/self/uid_map` has it. */
  readonly uidMap: string;
  readonly nobody: number;
};

/** Who owns this program decides all it does: with sudo it is the user's, who may well have the data beside it. */
const programUid = statSync(import.meta.dirname).uid;

/** Root uses also what is the program's owner's, who began without sudo. @param owner Of this program. */
export async function isOurs(file: OwnedFile, owner = programUid, reader = thisReader()): Promise<boolean> {
  const { uid } = file.stats;
  if (isAnybody(uid, reader)) return reader.uid === uid && (await mayChangeMode(file));
  return uid === reader.uid || (reader.uid === 0 && uid === owner);
}

/** What only this user, the program's owner or root, also the machine's from within a container, could have put there. */
export async function isBelieved(file: OwnedFile, reader = thisReader()): Promise<boolean> {
  const { uid } = file.stats;
  if (uid === 0 || (await isOurs(file, programUid, reader))) return true;
  if (!isAnybody(uid, reader)) return uid === programUid;
  // The namespace's own nobody is one of its users like any other. Its root may change the mode of what they have, and of nothing from without.
  return !isMapped(uid, reader) || (reader.uid === 0 && !(await mayChangeMode(file)));
}

/** Whether this number stands for whoever is not in the namespace. */
function isAnybody(uid: number, { nobody, uidMap }: FileReader): boolean {
  return uid === nobody && !/^\s*0\s+0\s+4294967295\s*$/.test(uidMap);
}

/** Each line: the first number within, the first without, how many. */
function isMapped(uid: number, { uidMap }: FileReader): boolean {
  return uidMap.split("\n").some((line) => {
    const [first = Number.NaN, , count = 0] = line.trim().split(/\s+/).map(Number);
    return first <= uid && uid < first + count;
  });
}

/** To what it is already. */
async function mayChangeMode({ stats, chmod }: OwnedFile): Promise<boolean> {
  return await chmod(stats.mode & 0o7777).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "EPERM" || error.code === "EROFS") return false;
      throw error;
    },
  );
}

function thisReader(): FileReader {
  return {
    uid: process.geteuid?.(),
    uidMap: readFileSync("/proc/self/uid_map", "utf8"),
    nobody: Number(readFileSync("/proc/sys/kernel/overflowuid", "utf8")),
  };
}
