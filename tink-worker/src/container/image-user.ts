// The user an image runs as: numbers, or names looked up in the image's own files.

import { WorkerError } from "../worker-error.ts";

export type ImageUser = { readonly uid: number; readonly gid: number; readonly home: string };

/**
 * Reads an image's `User` (`user`, `uid`, `user:group`, `uid:gid`); empty is root.
 * @param passwd Text of the image's /etc/passwd, empty when it has none; `group` likewise.
 * @throws {WorkerError} `bad-action` when a name is not in these files.
 */
export function imageUser(user: string, passwd: string, group: string): ImageUser {
  const [name = "", groupName] = (user === "" ? "0" : user).split(":");
  const entry = lines(passwd).find((fields) => fields[0] === name || fields[2] === name);
  const uid = number(name) ?? number(entry?.[2]);
  if (uid === undefined) throw unknown("user", name);
  const home = entry?.[5] || (uid === 0 ? "/root" : "/");
  return { uid, gid: groupName === undefined ? (number(entry?.[3]) ?? 0) : groupId(groupName, group), home };
}

function groupId(name: string, group: string): number {
  const gid = number(name) ?? number(lines(group).find((fields) => fields[0] === name)?.[2]);
  if (gid === undefined) throw unknown("group", name);
  return gid;
}

function lines(text: string): string[][] {
  return text.split("\n").map((line) => line.split(":"));
}

function number(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,10}$/.test(text) && Number(text) < 0xffff_ffff ? Number(text) : undefined;
}

function unknown(what: string, name: string): WorkerError {
  return new WorkerError(
    "bad-action",
    `The image runs as ${what} "${name}", which its own /etc/passwd and /etc/group do not know.`,
  );
}
