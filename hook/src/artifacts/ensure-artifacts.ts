// Brings everything that machines boot and install, building what the cache does not have.
import { cp, mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { buildActionImages, buildNodeBase, nodeBaseTools } from "@neverland/actions";
import { type DebianPackage, runProgram } from "@neverland/debian";
import { type BuildProgress, buildHook } from "../build-hook.ts";
import { buildImage } from "../build-image.ts";
import { hookPackages, imagePackages } from "../builder-packages.ts";
import { buildWorker } from "../worker/build-worker.ts";
import { cached, hashSources } from "./build-cache.ts";

export type ArtifactOptions = {
  readonly cacheDir: string;
  readonly signal?: AbortSignal;
  /** @param lane Which of the two builds, that may go on side by side, is at the step. */
  readonly progress?: (step: string, detail: string, lane: Lane) => void;
  /** That build is done, or was not needed. */
  readonly ended?: (lane: Lane) => void;
};

type Lane = "hook" | "image";

/** What `ensureHook` runs programs of. */
export const hookBuildPackages: readonly DebianPackage[] = [...hookPackages, ...nodeBaseTools];
/** What `ensureImage` runs programs of. */
export const imageBuildPackages: readonly DebianPackage[] = imagePackages;

const root = join(import.meta.dirname, "../../..");
/** Whatever may change a byte of what is built. */
const hookSources = [
  "hook/src",
  "hook/rootfs",
  "hook/initramfs",
  "actions/src",
  "oci/src",
  "debian/src",
  "tink-worker/src",
  "api/src",
  "api/gen",
];
const imageSources = ["hook/src/build-image.ts", "hook/src/image", "hook/src/archive", "hook/image"];

/** What `ensureHook` and `ensureImage` return. */
export type Artifacts = { readonly hookDir: string; readonly filesDir: string };

/** Both, side by side: one waits for the network where the other computes. When one fails the other is given up. */
export async function ensureArtifacts(options: ArtifactOptions): Promise<Artifacts> {
  const archive = await archiveState(options.signal);
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
  const both = [ensureHook({ ...options, signal }, archive), ensureImage({ ...options, signal }, archive)] as const;
  try {
    const [hookDir, filesDir] = await Promise.all(both);
    return { hookDir, filesDir };
  } catch (error) {
    // The other one would go on for minutes, for nothing.
    failed.abort();
    throw error;
  }
}

/**
 * @param archive What `archiveState` said, when it was asked already.
 * @returns A folder with `vmlinuz-x86_64`, `initramfs-x86_64` and `actions/`, an OCI layout. It is the cache's own: do not change it.
 */
export async function ensureHook(options: ArtifactOptions, archive?: string): Promise<string> {
  const { cacheDir, signal } = options;
  const progress: BuildProgress = (step, detail) => options.progress?.(step, detail, "hook");
  const inputs = [
    await hashSources(root, hookSources),
    await readFile(join(root, "pnpm-lock.yaml"), "utf8"),
    process.version,
    archive ?? (await archiveState(signal)),
  ];
  const dir = await cached(cacheDir, "hook", inputs, async (outDir) => {
    const work = join(outDir, "work");
    const log = (line: string): void => progress("actions", line);
    const options = { log, ...(signal ? { signal } : {}) };
    const base = await buildNodeBase({ ...options, nodeBinary: process.execPath, outDir: join(work, "base") });
    const images = await buildActionImages({ ...options, base, outDir: join(work, "actions") });
    const workerDir = join(work, "worker");
    progress("worker", "bundling it");
    await buildWorker(root, workerDir, signal);
    await buildHook({ outDir, workerDir, base, progress, ...(signal ? { signal } : {}) });
    await cp(images.layoutDir, join(outDir, "actions"), { recursive: true });
    await rm(work, { recursive: true });
  });
  options.ended?.("hook");
  return dir;
}

/**
 * @param archive As for `ensureHook`.
 * @returns A folder with `debian.raw.zst`. It is the cache's own: do not change it.
 */
export async function ensureImage(options: ArtifactOptions, archive?: string): Promise<string> {
  const { cacheDir, signal } = options;
  const progress: BuildProgress = (step, detail) => options.progress?.(step, detail, "image");
  const inputs = [await hashSources(root, imageSources), archive ?? (await archiveState(signal))];
  const dir = await cached(cacheDir, "debian-image", inputs, async (outDir) => {
    await mkdir(outDir, { recursive: true });
    await buildImage({ outDir, progress, ...(signal ? { signal } : {}) });
  });
  options.ended?.("image");
  return dir;
}

/** Which versions apt would choose now, by the packages that matter most: new ones mean a new build. */
async function archiveState(signal?: AbortSignal): Promise<string> {
  const names = [
    "libc6",
    "linux-image-amd64",
    "linux-image-cloud-amd64",
    "crun",
    "busybox-static",
    "cloud-init",
    "openssh-server",
  ] as const;
  const policy = await runProgram(["apt-cache", "policy", ...names], signal ? { signal } : {});
  return policy
    .split("\n")
    .filter((line) => /^\S|Candidate:/.test(line))
    .join("\n");
}
