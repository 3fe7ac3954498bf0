// Lends the container's resolv.conf to the system on the disk for as long as a command runs in it.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { ActionLog } from "../program/action-log.ts";
import { withMount } from "../program/mount.ts";
import { pathInside } from "../program/path-inside.ts";

type Deps = { readonly log: ActionLog; readonly signal: AbortSignal };

/** A link to a file that is made at boot (systemd-resolved's) has no file yet: one is made and taken away again. */
export async function withResolvConf(root: string, deps: Deps, body: () => Promise<void>): Promise<void> {
  const target = await pathInside(root, "/etc/resolv.conf");
  const madeFolder = await mkdir(dirname(target), { recursive: true });
  const isNew = await writeFile(target, "", { flag: "wx" }).then(
    () => true,
    () => false,
  );
  try {
    await withMount({ source: "/etc/resolv.conf", target, options: ["bind"] }, deps, body);
  } finally {
    if (isNew) await rm(target, { force: true });
    if (madeFolder !== undefined) await rm(madeFolder, { recursive: true, force: true });
  }
}
