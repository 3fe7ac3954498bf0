// What the CLI builds: Hook and the demo's disk image, from the cache when they are there.
import { existsSync } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type DebianPackage, ensurePackageLists, ensurePackages } from "@neverland/debian";
import type { ArtifactOptions, Artifacts } from "@neverland/hook";
import { defaultCacheDir } from "@neverland/hook/build-cache";
import type { CliContext } from "./context.ts";
import { type Progress, startProgress } from "./output/progress.ts";

/** Brings `otherPackages` along with the builders' own, so that whoever lacks the right to is told of all of them at once. */
export async function ensureDemoArtifacts(
  otherPackages: readonly DebianPackage[],
  context: CliContext,
  progress: Progress,
): Promise<Artifacts> {
  const { ensureArtifacts, hookBuildPackages, imageBuildPackages } = await loadBuilders();
  await bringPackages([...otherPackages, ...hookBuildPackages, ...imageBuildPackages], context, progress);
  progress.step("Building the in-memory OS and the disk image, unless they are cached");
  return await ensureArtifacts(artifactOptions(context, progress));
}

export async function buildHookInto(out: string, context: CliContext): Promise<void> {
  const { ensureHook, hookBuildPackages } = await loadBuilders();
  await build(out, context, "Building the in-memory OS, unless it is cached", hookBuildPackages, ensureHook);
}

export async function buildImageInto(out: string, context: CliContext): Promise<void> {
  const { ensureImage, imageBuildPackages } = await loadBuilders();
  await build(out, context, "Building the disk image, unless it is cached", imageBuildPackages, ensureImage);
}

/** Brings into a server's data folder what it has not yet of what machines boot and get. */
export async function buildServed(dataDir: string, context: CliContext): Promise<void> {
  const [hookDir, filesDir] = [join(dataDir, "hook"), join(dataDir, "files")];
  const silent = { ...context, stdout: () => undefined };
  if (!existsSync(join(hookDir, "vmlinuz-x86_64"))) await buildHookInto(hookDir, silent);
  if (!existsSync(join(filesDir, "debian.raw.zst"))) await buildImageInto(filesDir, silent);
}

/** Only when asked for: the other commands do without their weight. */
async function loadBuilders(): Promise<typeof import("@neverland/hook")> {
  return await import("@neverland/hook");
}

async function bringPackages(
  packages: readonly DebianPackage[],
  context: CliContext,
  progress: Progress,
): Promise<void> {
  progress.step("Looking for the Debian packages that are needed");
  const say = (line: string): void => progress.step(line);
  const deps = { say, isRoot: context.isRoot, signal: context.signal };
  await ensurePackages(packages, deps);
  await ensurePackageLists(deps);
}

async function build(
  out: string,
  context: CliContext,
  step: string,
  packages: readonly DebianPackage[],
  ensure: (options: ArtifactOptions) => Promise<string>,
): Promise<void> {
  const progress = startProgress({ write: context.stderr, isTerminal: context.isTerminal, nowMs: context.nowMs });
  try {
    await bringPackages(packages, context, progress);
    progress.step(step);
    const built = await ensure(artifactOptions(context, progress));
    progress.step(`Copying it to ${out}`);
    await mkdir(out, { recursive: true });
    await cp(built, out, { recursive: true });
  } finally {
    progress.done();
  }
  context.stdout(`${out}\n`);
}

function artifactOptions({ env, signal }: CliContext, progress: Progress): ArtifactOptions {
  const show = (step: string, detail: string, lane: string): void => progress.step(`${step}: ${detail}`, lane);
  return { cacheDir: defaultCacheDir(env), signal, progress: show, ended: progress.ended };
}
