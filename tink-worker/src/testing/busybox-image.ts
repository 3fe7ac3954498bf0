// A root file system with nothing but busybox, for containers that really run.

import { copyFileSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { tarOfTree } from "./tar-of.ts";

const applets = [
  "sh",
  "echo",
  "cat",
  "sleep",
  "mkdir",
  "touch",
  "ls",
  "head",
  "yes",
  "id",
  "kill",
  "seq",
  "dd",
  "env",
  "pwd",
  "printf",
  "ip",
];

/** Puts busybox and its applets below `root`. */
export function fillWithBusybox(root: string): void {
  for (const directory of ["bin", "tmp", "etc"]) mkdirSync(join(root, directory));
  copyFileSync("/usr/bin/busybox", join(root, "bin/busybox"));
  for (const applet of applets) symlinkSync("busybox", join(root, "bin", applet));
}

export function busyboxLayer(): Buffer {
  return tarOfTree(fillWithBusybox);
}
