// The host's mounts below a directory: what must be gone before the directory may be removed.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Mount points in /proc/self/mountinfo (proc(5)) at or below `directory`, the newest first. */
export function mountPointsBelow(mountinfo: string, directory: string): string[] {
  return mountinfo
    .split("\n")
    .map((line) => unescapeOctal(line.split(" ")[4] ?? ""))
    .filter((path) => path === directory || path.startsWith(`${directory}/`))
    .toReversed();
}

function unescapeOctal(path: string): string {
  return Buffer.from(
    path.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8))),
    "latin1",
  ).toString();
}

/** Unmounts all below, even what is in use; returns what resisted. */
export function unmountBelow(directory: string): string[] {
  for (const path of mountPointsBelow(readFileSync("/proc/self/mountinfo", "utf8"), directory))
    spawnSync("umount", ["-l", path], { timeout: 10_000 });
  return mountPointsBelow(readFileSync("/proc/self/mountinfo", "utf8"), directory);
}

/** The type of the file system at `/`; on `rootfs` (a plain initramfs) pivot_root(2) is refused. */
export function rootType(mountinfo: string): string {
  const roots = mountinfo.split("\n").filter((line) => line.split(" ")[4] === "/");
  return / - (\S+) /.exec(roots.at(-1) ?? "")?.[1] ?? "";
}
