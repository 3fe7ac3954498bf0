// Builds the images of the standard actions on the base layer, as an OCI layout that a registry can serve.
import { readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { dependenciesOf, unpackPackages } from "@neverland/debian";
import { layoutBlobs, type TarEntry, writeImage, writeLayer } from "@neverland/oci";
import { bundleProgram } from "./bundle-program.ts";
import { libraryClosure } from "./library-closure.ts";
import type { NodeBase } from "./node-base.ts";

export type ActionImagesOptions = {
  readonly base: NodeBase;
  /** `layout/` in it becomes the OCI layout, `packages/` holds what was fetched. */
  readonly outDir: string;
  readonly signal?: AbortSignal;
  readonly log?: (line: string) => void;
};

/** `layoutDir` is what `registerRegistry` serves; `repositories` are the names, each with the tag `latest`. */
export type ActionImages = { readonly layoutDir: string; readonly repositories: readonly string[] };

/** A program beside the bundle: where its package has it, and which of the packages it depends on have its libraries. */
type ExtraProgram = { readonly packageName: string; readonly libraries?: RegExp; readonly file: string };

const xz: ExtraProgram = { packageName: "xz-utils", libraries: /^liblzma/, file: "usr/bin/xz" };
const fallocate: ExtraProgram = { packageName: "util-linux", file: "usr/bin/fallocate" };
// Debian's kexec knows Xen, whose libraries' packages carry versions in their names.
const kexec: ExtraProgram = { packageName: "kexec-tools", libraries: /^libxen/, file: "sbin/kexec" };

const images: readonly { readonly action: string; readonly programs: readonly ExtraProgram[] }[] = [
  { action: "image2disk", programs: [xz, fallocate] },
  { action: "writefile", programs: [] },
  { action: "cexec", programs: [] },
  { action: "kexec", programs: [kexec] },
  { action: "reboot", programs: [] },
];

/** All of an action's own files: nothing of it lies where the base layer has something. */
const actionDir = "action";

/**
 * Builds the five images. The same base, sources and package versions give the same bytes.
 * @throws {ProgramError} When a package cannot be fetched. @throws {BuildError} When one has not what is expected of it.
 */
export async function buildActionImages(options: ActionImagesOptions): Promise<ActionImages> {
  const { base, outDir, signal, log = () => undefined } = options;
  const layoutDir = join(outDir, "layout");
  await rm(layoutDir, { recursive: true, force: true });
  const repositories: string[] = [];
  for (const { action, programs } of images) {
    log(`packing the action ${action}`);
    const entries = await actionEntries(action, programs, join(outDir, "packages"), signal);
    const layer = await writeLayer(entries, layoutBlobs(layoutDir), signal ? { signal } : {});
    const repository = `tinkerbell/actions/${action}`;
    await writeImage(layoutDir, {
      repository,
      tag: "latest",
      architecture: "amd64",
      config: imageConfig(action),
      layers: [base.layer, layer],
    });
    repositories.push(repository);
  }
  return { layoutDir, repositories };
}

/** The first source file of an action's program. */
export function actionProgram(action: string): string {
  return join(import.meta.dirname, "..", action, "main.ts");
}

function imageConfig(action: string): {
  Entrypoint: string[];
  Env: string[];
  WorkingDir: string;
  Labels: Record<string, string>;
} {
  return {
    Entrypoint: ["/usr/bin/node", `/${actionDir}/main.cjs`],
    // A site's own certificates, mounted over Debian's, are believed as well as those that Node brings.
    Env: [`PATH=/${actionDir}/bin:/usr/sbin:/usr/bin:/sbin:/bin`, "NODE_USE_SYSTEM_CA=1"],
    WorkingDir: "/",
    Labels: { "org.opencontainers.image.title": action, "org.opencontainers.image.licenses": "Apache-2.0" },
  };
}

async function actionEntries(
  action: string,
  programs: readonly ExtraProgram[],
  packagesDir: string,
  signal: AbortSignal | undefined,
): Promise<TarEntry[]> {
  const bytes = await bundleProgram(actionProgram(action));
  const entries: TarEntry[] = [
    { type: "directory", path: actionDir, mode: 0o755 },
    { type: "file", path: `${actionDir}/main.cjs`, mode: 0o644, bytes },
  ];
  if (programs.length > 0) entries.push({ type: "directory", path: `${actionDir}/bin`, mode: 0o755 });
  for (const program of programs) entries.push(...(await programEntries(program, packagesDir, signal)));
  return entries;
}

/** The libraries lie where the loader looks before its own folders' caches: the multiarch folder of the base. */
async function programEntries(
  { packageName, libraries, file }: ExtraProgram,
  packagesDir: string,
  signal: AbortSignal | undefined,
): Promise<TarEntry[]> {
  const libraryPackages =
    libraries === undefined ? [] : await dependenciesOf(packageName, libraries, packagesDir, signal);
  const packages = [packageName, ...libraryPackages];
  await unpackPackages(packages, packagesDir, signal);
  const roots = packages.map((name) => join(packagesDir, name));
  const program = join(packagesDir, packageName, file);
  const entries: TarEntry[] = [
    { type: "file", path: `${actionDir}/bin/${basename(file)}`, mode: 0o755, bytes: await readFile(program) },
  ];
  const options = { known: baseLibraries, ...(signal ? { signal } : {}) };
  for (const [name, library] of await libraryClosure([program], roots, options))
    entries.push({
      type: "file",
      path: `usr/lib/x86_64-linux-gnu/${name}`,
      mode: 0o644,
      bytes: await readFile(library),
    });
  return entries;
}

const baseLibraries: ReadonlySet<string> = new Set(["libc.so.6", "ld-linux-x86-64.so.2"]);
