// Builds the layer that all action images share: Node, the libraries it needs, busybox and the certificates of Debian.
import { chmod, copyFile, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runProgram, unpackPackages } from "@neverland/debian";
import { directoryEntries, type LayerBlob, writeLayer } from "@neverland/oci";
import { BuildError } from "./build-error.ts";
import { libraryClosure } from "./library-closure.ts";

export type NodeBaseOptions = {
  /** The official Linux binary of Node for amd64; it is copied, not changed. */
  readonly nodeBinary: string;
  /** Where `root/`, `blobs/` and the unpacked packages go; made when missing, its former content is built anew. */
  readonly outDir: string;
  readonly signal?: AbortSignal;
  readonly log?: (line: string) => void;
};

/** `rootDir` is the layer unpacked; `layer` the same packed; `diffId` the digest of its plain tar. */
export type NodeBase = { readonly rootDir: string; readonly diffId: LayerBlob["diffId"]; readonly layer: LayerBlob };

/** Debian packages that the building machine must have: strip and readelf. */
export const nodeBaseTools = [{ package: "binutils", purpose: "making the Node binary of action images smaller" }];

const libraryPackages = ["libc6", "libstdc++6", "libgcc-s1", "libatomic1"] as const;
const libraryDir = "usr/lib/x86_64-linux-gnu";
const loader = "ld-linux-x86-64.so.2";

/** Debian's merged /usr, which programs of an installed system expect. */
const rootLinks: readonly (readonly [string, string])[] = [
  ["bin", "usr/bin"],
  ["sbin", "usr/sbin"],
  ["lib", "usr/lib"],
  ["lib64", "usr/lib64"],
];
const folders = [
  "dev",
  "etc/ssl/certs",
  "proc",
  "root",
  "run",
  "sys",
  "tmp",
  "usr/bin",
  "usr/lib64",
  "usr/sbin",
] as const;

/**
 * Builds the base layer. The same Node binary and the same package versions give the same bytes, whoever builds and where.
 * @throws {ProgramError} When a package cannot be fetched or binutils is missing.
 * @throws {BuildError} When the result does not run.
 */
export async function buildNodeBase(options: NodeBaseOptions): Promise<NodeBase> {
  const { outDir, signal, log = () => undefined } = options;
  const rootDir = join(outDir, "root");
  const packageDir = (name: string): string => join(outDir, "packages", name);
  await rm(rootDir, { recursive: true, force: true });
  log("fetching the base layer's Debian packages");
  await unpackPackages([...libraryPackages, "busybox-static", "ca-certificates"], join(outDir, "packages"), signal);
  await makeFolders(rootDir);
  log("stripping node");
  const node = join(rootDir, "usr/bin/node");
  await runProgram(["strip", "--strip-all", "-o", node, options.nodeBinary], signal ? { signal } : {});
  await copyLibraries(node, libraryPackages.map(packageDir), rootDir, signal);
  await installBusybox(packageDir("busybox-static"), rootDir, signal);
  await writeConfiguration(packageDir("ca-certificates"), rootDir);
  await normaliseModes(rootDir);
  await checkRuns(rootDir, signal);
  log("packing the base layer");
  const layer = await writeLayer(await directoryEntries(rootDir), join(outDir, "blobs"), signal ? { signal } : {});
  return { rootDir, diffId: layer.diffId, layer };
}

async function makeFolders(rootDir: string): Promise<void> {
  for (const folder of [...folders, libraryDir]) await mkdir(join(rootDir, folder), { recursive: true });
  for (const [path, target] of rootLinks) await symlink(target, join(rootDir, path));
}

async function copyLibraries(
  node: string,
  packageRoots: readonly string[],
  rootDir: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const libraries = await libraryClosure([node], packageRoots, signal ? { signal } : {});
  for (const [name, file] of libraries) await copyFile(file, join(rootDir, libraryDir, name));
  // Programs name their loader by this path; the kernel looks nowhere else.
  await symlink(`../lib/x86_64-linux-gnu/${loader}`, join(rootDir, "usr/lib64", loader));
}

async function installBusybox(packageRoot: string, rootDir: string, signal: AbortSignal | undefined): Promise<void> {
  const busybox = join(rootDir, "usr/bin/busybox");
  await copyFile(join(packageRoot, "bin/busybox"), busybox).catch(
    async () => await copyFile(join(packageRoot, "usr/bin/busybox"), busybox),
  );
  await chmod(busybox, 0o755);
  const applets = (await runProgram([busybox, "--list"], signal ? { signal } : {})).split("\n");
  for (const applet of applets.filter((name) => name !== "" && name !== "busybox"))
    await symlink("busybox", join(rootDir, "usr/bin", applet));
}

async function writeConfiguration(certificatesRoot: string, rootDir: string): Promise<void> {
  const from = join(certificatesRoot, "usr/share/ca-certificates/mozilla");
  const names = (await readdir(from)).filter((name) => name.endsWith(".crt")).sort();
  const certificates = await Promise.all(names.map(async (name) => await readFile(join(from, name), "utf8")));
  await writeFile(join(rootDir, "etc/ssl/certs/ca-certificates.crt"), certificates.join(""));
  await writeFile(join(rootDir, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
  await writeFile(join(rootDir, "etc/group"), "root:x:0:\n");
  await writeFile(join(rootDir, "etc/nsswitch.conf"), "passwd: files\ngroup: files\nhosts: files dns\n");
}

/** What the packages and the builder's umask left must not show in the layer. */
async function normaliseModes(rootDir: string): Promise<void> {
  for (const entry of await directoryEntries(rootDir)) {
    const path = join(rootDir, entry.path);
    if (entry.type === "directory") await chmod(path, entry.path === "tmp" ? 0o1777 : 0o755);
    if (entry.type === "file") await chmod(path, isProgram(entry.path) ? 0o755 : 0o644);
  }
}

function isProgram(path: string): boolean {
  return dirname(path) === "usr/bin" || path.endsWith(`/${loader}`);
}

/** Runs the new Node with the new libraries alone; chroot would need root. */
async function checkRuns(rootDir: string, signal: AbortSignal | undefined): Promise<void> {
  const libraries = join(rootDir, libraryDir);
  try {
    const argv = ["--library-path", libraries, join(rootDir, "usr/bin/node"), "--version"] as const;
    await runProgram([join(libraries, loader), ...argv], signal ? { signal } : {});
  } catch (cause) {
    throw new BuildError("bad-program", `The Node of the base layer in ${rootDir} does not run`, { cause });
  }
}
