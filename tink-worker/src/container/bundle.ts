// A container's directory, complete but for the process that runs it.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { WorkerError } from "../worker-error.ts";
import { capabilitiesOf } from "./capabilities.ts";
import type { ContainerRequest, LayerDirectory } from "./container-runtime.ts";
import { imageUser } from "./image-user.ts";
import { stackLayers } from "./layer-stack.ts";
import { runtimeSpec } from "./runtime-spec.ts";
import { bundleFiles } from "./supervisor.ts";
import { parseVolumes, type Volume } from "./volumes.ts";

export type BundleOptions = {
  readonly namedVolumesDir: string;
  /** The host's /worker. */
  readonly workerDir: string;
};

/** Writes everything into `bundle`, which must not exist. Returns overlayfs' `lowerdir`, relative to it.
 *  @throws {WorkerError} `bad-action` or `container` */
export function writeBundle(bundle: string, request: ContainerRequest, options: BundleOptions): string {
  const { layers, config } = request.image;
  const volumes = parseVolumes(request.volumes, options.namedVolumesDir);
  const user = imageUser(config.User ?? "", fileOfImage(layers, "etc/passwd"), fileOfImage(layers, "etc/group"));
  const capabilities = capabilitiesOf(readFileSync("/proc/self/status", "utf8"));
  const spec = runtimeSpec({
    request,
    user,
    volumes,
    capabilities,
    hostFiles: hostFiles(),
    workerDir: options.workerDir,
  });
  for (const volume of volumes) makeSource(volume);
  mkdirSync(options.workerDir, { recursive: true });
  for (const directory of [bundle, join(bundle, "rootfs"), join(bundle, "rw")])
    mkdirSync(directory, { recursive: true });
  writeFileSync(join(bundle, "config.json"), JSON.stringify(spec), { mode: 0o600 });
  makeFifos(bundle);
  return stackLayers(bundle, layers);
}

function hostFiles(): { source: string; destination: string }[] {
  const shown = ["/etc/resolv.conf", "/etc/hosts"].filter((path) => existsSync(path));
  return shown.map((destination) => ({ source: realpathSync(destination), destination }));
}

/** Docker makes a missing source a directory; for its own socket that would only hide what is wrong. */
function makeSource({ source, destination }: Volume): void {
  if (existsSync(source)) return;
  if (source.endsWith(".sock"))
    throw new WorkerError(
      "bad-action",
      `The volume ${source}:${destination} asks for a socket that this machine does not have. There is no Docker here: to restart the machine, or to start its kernel, use the reboot or kexec action, which act after their success was reported.`,
    );
  try {
    mkdirSync(source, { recursive: true });
  } catch (error) {
    throw new WorkerError("bad-action", `The volume's source ${source} is missing and could not be made.`, {
      cause: error,
    });
  }
}

/** Read from the topmost layer that has it as a plain file, without following links. */
function fileOfImage(layers: readonly LayerDirectory[], path: string): string {
  for (const { directory } of layers.toReversed()) {
    const candidate = join(directory, path);
    if (existsSync(candidate) && realpathSync(candidate) === join(realpathSync(directory), path))
      return readFileSync(candidate, "utf8");
  }
  return "";
}

function makeFifos(bundle: string): void {
  const paths = [bundleFiles.stdout, bundleFiles.stderr, bundleFiles.release].map((name) => join(bundle, name));
  const { status, error, stderr } = spawnSync("mkfifo", ["-m", "600", ...paths], { encoding: "utf8", timeout: 10_000 });
  if (status !== 0)
    throw new WorkerError(
      "container",
      `mkfifo could not make the container's pipes in ${bundle}: ${error?.message ?? stderr.trim()}.`,
    );
}
