// Lays out the root file system of the in-memory OS in a folder, before it is packed.
import { chmod, copyFile, cp, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { runProgram } from "@neverland/debian";
import { directoryEntries } from "@neverland/oci";
import { programLibraries } from "./program-libraries.ts";

/** The layer that all action images share, unpacked. Hook has it once; its own Node is a file of it. */
export type NodeBase = { readonly rootDir: string; readonly diffId: `sha256:${string}` };

export type RootParts = {
  readonly base: NodeBase;
  /** What `buildWorker` made. */
  readonly workerDir: string;
  /** Folder with Debian packages unpacked over one another. */
  readonly packagesRoot: string;
};

const libraryDir = "usr/lib/x86_64-linux-gnu";
/** Programs of Debian packages; everything else of a machine's tools is busybox. */
const programs = ["usr/bin/crun", "sbin/kexec"] as const;
const staticFiles = join(import.meta.dirname, "../../rootfs");
/** Mount points and places that programs expect. */
const folders = ["dev", "proc", "sys", "run", "tmp", "worker", "root", "mnt", "var/tmp", "var/lib", "etc/ssl"] as const;
const rootLinks = {
  bin: "usr/bin",
  sbin: "usr/sbin",
  lib: "usr/lib",
  lib64: "usr/lib64",
  "var/run": "../run",
} as const;

/** @param root An existing folder, which may hold `usr/lib/modules` and `usr/lib/firmware` already. */
export async function layOutRoot(root: string, parts: RootParts, signal?: AbortSignal): Promise<void> {
  for (const folder of [...folders, "usr/bin", "usr/sbin", "usr/lib64", libraryDir])
    await mkdir(join(root, folder), { recursive: true });
  for (const [path, target] of Object.entries(rootLinks)) await symlink(target, join(root, path));
  await installBase(root, parts.base);
  await installPrograms(root, parts.packagesRoot, signal);
  await installBusybox(root, join(parts.packagesRoot, "bin/busybox"), signal);
  for (const [from, to] of Object.entries({ etc: "etc", usr: "usr", sbin: "usr/sbin" }))
    await cp(join(staticFiles, from), join(root, to), { recursive: true });
  await cp(parts.workerDir, join(root, "usr/lib/tink"), { recursive: true });
  await writeConfiguration(root);
  await normaliseModes(root);
  await chmod(join(root, "root"), 0o700);
}

/** Where the unpacked base layer is found by the worker, relative to the root. */
export function layerPath(diffId: string): string {
  return `usr/lib/tink/layers/${diffId.replace(":", "-")}`;
}

async function installBase(root: string, base: NodeBase): Promise<void> {
  const layer = join(root, layerPath(base.diffId));
  await cp(base.rootDir, layer, { recursive: true, verbatimSymlinks: true });
  await linkTo(join(layer, "usr/bin/node"), join(root, "usr/bin/node"));
  for (const library of await readdir(join(layer, libraryDir)))
    await linkTo(join(layer, libraryDir, library), join(root, libraryDir, library));
  await linkTo(join(layer, libraryDir, "ld-linux-x86-64.so.2"), join(root, "usr/lib64/ld-linux-x86-64.so.2"));
  await linkTo(join(layer, "etc/ssl/certs"), join(root, "etc/ssl/certs"));
}

async function linkTo(target: string, path: string): Promise<void> {
  await symlink(relative(dirname(path), target), path);
}

async function installPrograms(root: string, packagesRoot: string, signal?: AbortSignal): Promise<void> {
  const present = new Set(await readdir(join(root, libraryDir)));
  for (const program of programs) {
    const target = join(root, program.startsWith("usr/") ? program : `usr/${program}`);
    await copyFile(join(packagesRoot, program), target);
    for (const [name, file] of await programLibraries(packagesRoot, program, signal)) {
      if (present.has(name)) continue;
      present.add(name);
      await copyFile(file, join(root, libraryDir, name));
    }
  }
}

async function installBusybox(root: string, busybox: string, signal?: AbortSignal): Promise<void> {
  await copyFile(busybox, join(root, "usr/bin/busybox"));
  const listing = await runProgram([busybox, "--list-full"], signal ? { signal } : {});
  for (const applet of listing.split("\n").filter(Boolean)) {
    const dir = /^(usr\/)?sbin\//.test(applet) ? "usr/sbin" : "usr/bin";
    const path = join(root, dir, basename(applet));
    if (programs.some((program) => basename(program) === basename(applet)) || basename(applet) === "busybox") continue;
    await symlink("/usr/bin/busybox", path).catch(() => undefined);
  }
}

async function writeConfiguration(root: string): Promise<void> {
  const files = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
    "etc/group": "root:x:0:\n",
    "etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "etc/os-release": 'ID=neverland-hook\nNAME="Neverland Hook"\nPRETTY_NAME="Neverland Hook"\n',
  };
  for (const [path, text] of Object.entries(files)) await writeFile(join(root, path), text);
}

/** The umask of whoever builds must not show in the image. Links are not followed: they would lead into the building machine. */
export async function normaliseModes(root: string): Promise<void> {
  for (const entry of await directoryEntries(root)) {
    const path = join(root, entry.path);
    if (entry.type === "directory") await chmod(path, 0o755);
    if (entry.type === "file") await chmod(path, (entry.mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}
