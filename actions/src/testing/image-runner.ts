// Runs a built action image the way Tink Worker does: the base layer as it lies on disk below the action's own, and the host's /dev.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { ImageConfig, ImageIndex, ImageManifest } from "@neverland/oci";
import type { Ended, LogLine } from "./run-for-real.ts";

export type ImageRunner = (
  action: string,
  environment: Readonly<Record<string, string>>,
  options?: { readonly args?: readonly string[]; readonly worker?: string },
) => Promise<Ended>;

const script = `
set -e
mount -t tmpfs -o size=64m tmpfs "$WORK"
mkdir "$WORK/upper" "$WORK/work" "$WORK/root"
mount -t overlay -o "lowerdir=$LAYER:$BASE,upperdir=$WORK/upper,workdir=$WORK/work" overlay "$WORK/root"
for each in dev proc sys; do mount --rbind "/$each" "$WORK/root/$each"; done
echo "nameserver 192.0.2.53" > "$WORK/root/etc/resolv.conf"
if [ -n "$WORKER" ]; then mkdir "$WORK/root/worker"; mount --bind "$WORKER" "$WORK/root/worker"; fi
exec chroot "$WORK/root" /usr/bin/env -i "$@"
`;

/** @param baseDir The base layer unpacked. @param workDir For unpacked layers; mounts stay in namespaces of their own. */
export function imageRunner(layoutDir: string, baseDir: string, workDir: string): ImageRunner {
  const blob = (digest: string): Buffer => readFileSync(blobPath(layoutDir, digest));
  const json = <Document>(bytes: Buffer): Document => JSON.parse(bytes.toString()) as Document;
  return async (action, environment, { args = [], worker = "" } = {}) => {
    const index = json<ImageIndex>(readFileSync(join(layoutDir, "index.json")));
    const name = `tinkerbell/actions/${action}:latest`;
    const descriptor = index.manifests.find((each) => Object.values(each.annotations ?? {}).includes(name));
    const manifest = json<ImageManifest>(blob(descriptor?.digest ?? ""));
    const { config } = json<ImageConfig>(blob(manifest.config.digest));
    const layer = join(workDir, `layer-${action}`);
    mkdirSync(layer, { recursive: true });
    execFileSync("tar", ["-xzf", blobPath(layoutDir, manifest.layers[1]?.digest ?? ""), "-C", layer]);
    const work = join(workDir, "work");
    mkdirSync(work, { recursive: true });
    const variables = [...(config?.Env ?? []), ...Object.entries(environment).map(([key, value]) => `${key}=${value}`)];
    const argv = ["-m", "sh", "-c", script, "sh", ...variables, ...(config?.Entrypoint ?? []), ...args];
    const child = spawn("unshare", argv, {
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", WORK: work, LAYER: layer, BASE: baseDir, WORKER: worker },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { promise: closed, resolve } = Promise.withResolvers<number | null>();
    child.on("close", resolve);
    const [exitCode, stdout, stderr] = await Promise.all([closed, text(child.stdout), text(child.stderr)]);
    const lines = stdout.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as LogLine] : []));
    return { exitCode, stdout, stderr, lines };
  };
}

function blobPath(layoutDir: string, digest: string): string {
  return join(layoutDir, "blobs", "sha256", digest.slice("sha256:".length));
}
