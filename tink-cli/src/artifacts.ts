// What the CLI builds: Hook and the demo's disk image, from the cache when they are there.
import { cp, mkdir } from "node:fs/promises";
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
  await bringPackages([...otherPackages, ...hookBuildPackages, ...imageBuildPackages], context);
  progress.step("Building the in-memory OS and the disk image, unless they are cached");
  return await ensureArtifacts(artifactOptions(context, progress));
}

export async function buildHookInto(out: string, context: CliContext): Promise<void> {
  const { ensureHook, hookBuildPackages } = await loadBuilders();
  await bringPackages(hookBuildPackages, context);
  await copyBuilt(out, context, "Building the in-memory OS, unless it is cached", ensureHook);
}

export async function buildImageInto(out: string, context: CliContext): Promise<void> {
  const { ensureImage, imageBuildPackages } = await loadBuilders();
  await bringPackages(imageBuildPackages, context);
  await copyBuilt(out, context, "Building the disk image, unless it is cached", ensureImage);
}

/** Only when asked for: the other commands do without their weight. */
async function loadBuilders(): Promise<typeof import("@neverland/hook")> {
  return await import("@neverland/hook");
}

async function bringPackages(packages: readonly DebianPackage[], context: CliContext): Promise<void> {
  const say = (line: string): void => context.stderr(`${line}\n`);
  const deps = { say, isRoot: context.isRoot, signal: context.signal };
  await ensurePackages(packages, deps);
  await ensurePackageLists(deps);
}

async function copyBuilt(
  out: string,
  context: CliContext,
  step: string,
  ensure: (options: ArtifactOptions) => Promise<string>,
): Promise<void> {
  const progress = startProgress({ write: context.stderr, isTerminal: context.isTerminal, nowMs: context.nowMs });
  progress.step(step);
  const built = await ensure(artifactOptions(context, progress));
  await mkdir(out, { recursive: true });
  await cp(built, out, { recursive: true });
  progress.done();
  context.stdout(`${out}\n`);
}

function artifactOptions({ env, signal, isTerminal }: CliContext, progress: Progress): ArtifactOptions {
  // Two builds share a terminal's one line; a log gets a line for each of their steps.
  const show = isTerminal ? progress.detail : progress.step;
  return { cacheDir: defaultCacheDir(env), signal, progress: (step, detail) => show(`${step}: ${detail}`) };
}
