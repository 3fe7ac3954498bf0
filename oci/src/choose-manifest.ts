// Documents fetched from a registry, checked before use, and the choice of a machine's image from a list of images.

import type { Descriptor, ImageConfig, ImageIndex, ImageManifest } from "./manifest.ts";
import { OciError } from "./oci-error.ts";
import { isDigest } from "./reference.ts";

/** Names as Go has them: `amd64`, `arm64`. */
export type Platform = { readonly os: string; readonly architecture: string; readonly variant?: string };

const architectures = new Map([
  ["x64", "amd64"],
  ["ia32", "386"],
]);

/** This machine, for images. */
export function platformOf(nodeArch: string): Platform {
  return { os: "linux", architecture: architectures.get(nodeArch) ?? nodeArch };
}

/** @throws {OciError} `bad-image` */
export function parseManifest(bytes: Uint8Array): ImageManifest | ImageIndex {
  const document = parseObject(bytes, "manifest");
  const list = document.manifests;
  if (document.schemaVersion !== 2) throw bad("its manifest's schemaVersion is not 2");
  if (Array.isArray(list) && list.every(isDescriptor)) return { schemaVersion: 2, manifests: list };
  const { config, layers } = document;
  if (!isDescriptor(config) || !Array.isArray(layers) || !layers.every(isDescriptor))
    throw bad("its manifest has no config or no layers");
  if (layers.length > 127) throw bad(`it has ${layers.length} layers, more than the 127 that can be stacked`);
  return { schemaVersion: 2, config, layers };
}

/** Of several images for one architecture that for its oldest processors runs everywhere (image-spec, image-index.md, variants). */
const oldestVariants = new Map([
  ["amd64", "v1"],
  ["arm64", "v8"],
]);

/**
 * Those of a list that may be for this platform, the likeliest first. What says no platform may be an image, a list of more, or neither.
 * @throws {OciError} `bad-image` when none is.
 */
export function fittingManifests(index: ImageIndex, platform: Platform): readonly Descriptor[] {
  const wanted = platform.variant ?? oldestVariants.get(platform.architecture);
  const fitting = index.manifests.filter(
    (entry) => entry.platform?.os === platform.os && entry.platform.architecture === platform.architecture,
  );
  const isExact = ({ platform: stated }: Descriptor): boolean => (stated?.variant ?? wanted) === wanted;
  if (fitting.length > 0) return [...fitting.filter(isExact), ...fitting.filter((entry) => !isExact(entry))];
  const unlabelled = index.manifests.filter(({ platform: stated }) => stated === undefined);
  if (unlabelled.length > 0) return unlabelled;
  const offered = index.manifests.map((entry) => `${entry.platform?.os ?? "?"}/${entry.platform?.architecture ?? "?"}`);
  throw bad(`it is made for ${offered.slice(0, 12).join(", ")}, not for ${platform.os}/${platform.architecture}`);
}

/** The parts of an image's config that a runtime needs, each checked.
 *  @throws {OciError} `bad-image` */
export function parseImageConfig(bytes: Uint8Array, layerCount: number): ImageConfig {
  const document = parseObject(bytes, "config");
  const diffIds = asObject(document.rootfs).diff_ids;
  if (!Array.isArray(diffIds) || !diffIds.every((id) => typeof id === "string" && isDigest(id)))
    throw bad("its config has no list of diff_ids");
  if (diffIds.length !== layerCount) throw bad(`its config has ${diffIds.length} diff_ids for ${layerCount} layers`);
  const run = asObject(document.config);
  const [entrypoint, command, env] = [strings(run, "Entrypoint"), strings(run, "Cmd"), strings(run, "Env")];
  const [user, workingDir] = [string(run, "User"), string(run, "WorkingDir")];
  return {
    architecture: string(document, "architecture"),
    os: string(document, "os"),
    config: {
      User: user,
      WorkingDir: workingDir,
      ...(env === undefined ? {} : { Env: env }),
      ...(entrypoint === undefined ? {} : { Entrypoint: entrypoint }),
      ...(command === undefined ? {} : { Cmd: command }),
    },
    rootfs: { type: "layers", diff_ids: diffIds },
  };
}

function isDescriptor(value: unknown): value is Descriptor {
  const { digest, size, mediaType } = asObject(value);
  return (
    typeof digest === "string" &&
    isDigest(digest) &&
    Number.isSafeInteger(size) &&
    Number(size) >= 0 &&
    typeof mediaType === "string"
  );
}

function parseObject(bytes: Uint8Array, what: string): Record<string, unknown> {
  try {
    return asObject(JSON.parse(Buffer.from(bytes).toString("utf8")));
  } catch (error) {
    throw bad(`its ${what} is not JSON`, error);
  }
}

/** A copy without a prototype, so that no key from the wire means anything to the language. */
function asObject(value: unknown): Record<string, unknown> {
  const copy: Record<string, unknown> = Object.create(null);
  return typeof value === "object" && value !== null ? Object.assign(copy, value) : copy;
}

function strings(object: Record<string, unknown>, key: string): readonly string[] | undefined {
  const value = object[key] ?? undefined;
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string"))
    throw bad(`its config's ${key} is no list of texts`);
  return value;
}

function string(object: Record<string, unknown>, key: string): string {
  const value = object[key] ?? "";
  if (typeof value !== "string") throw bad(`its config's ${key} is no text`);
  return value;
}

function bad(why: string, cause?: unknown): OciError {
  return new OciError("bad-image", `The image cannot be used: ${why}.`, { cause });
}
