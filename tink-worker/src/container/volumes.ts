// Volumes as templates write them (Docker's bind syntax), into mounts of the OCI runtime-spec.

import { posix } from "node:path";
import { WorkerError } from "../worker-error.ts";

export type Mount = {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
};

/** A bind whose source may have to be made first, as a directory, which is what Docker does. */
export type Volume = Mount & { readonly type: "bind" };

const propagations = new Set(["shared", "rshared", "slave", "rslave", "private", "rprivate"]);
const access = new Set(["ro", "rw"]);
/** Meant for SELinux, Docker Desktop or named volumes: nothing to do here. */
const ignored = new Set(["z", "Z", "nocopy", "consistent", "cached", "delegated"]);
const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/;

/**
 * Reads `source:destination[:options]`.
 * @param namedVolumesDir Where volumes whose source is a name live, each a directory.
 * @throws {WorkerError} `bad-action`
 */
export function parseVolume(text: string, namedVolumesDir: string): Volume {
  const parts = text.split(":");
  const [source = "", destination = "", options = ""] = parts;
  if (parts.length < 2 || parts.length > 3) throw bad(text, "it does not have two or three parts");
  if (!destination.startsWith("/") || posix.normalize(destination) === "/")
    throw bad(text, "its destination is no absolute path below /");
  if (text.includes("\0")) throw bad(text, "it holds a zero byte");
  return {
    destination: clean(destination),
    type: "bind",
    source: sourceOf(text, source, namedVolumesDir),
    options: mountOptions(text, options),
  };
}

/**
 * All volumes, outer destinations before inner ones, so that none hides another. Of two with one destination the later one counts:
 * servers send the task's before the action's.
 */
export function parseVolumes(texts: readonly string[], namedVolumesDir: string): Volume[] {
  const volumes = new Map<string, Volume>();
  for (const volume of texts.map((text) => parseVolume(text, namedVolumesDir))) volumes.set(volume.destination, volume);
  return [...volumes.values()].toSorted((a, b) => a.destination.split("/").length - b.destination.split("/").length);
}

function sourceOf(text: string, source: string, namedVolumesDir: string): string {
  if (source.startsWith("/")) return clean(source);
  if (!namePattern.test(source)) throw bad(text, "its source is neither an absolute path nor a volume's name");
  return `${namedVolumesDir}/${source}`;
}

function mountOptions(text: string, options: string): string[] {
  const words = options.split(",").filter((word) => word !== "" && !ignored.has(word));
  const unknown = words.find((word) => !access.has(word) && !propagations.has(word));
  if (unknown !== undefined) throw bad(text, `its option "${unknown}" is not known`);
  const propagation = words.find((word) => propagations.has(word)) ?? "rprivate";
  return ["rbind", words.includes("ro") ? "ro" : "rw", propagation];
}

function clean(path: string): string {
  const normal = posix.normalize(path);
  return normal.length > 1 && normal.endsWith("/") ? normal.slice(0, -1) : normal;
}

function bad(text: string, why: string): WorkerError {
  return new WorkerError(
    "bad-action",
    `The volume "${text}" cannot be used: ${why}. Write source:destination, or source:destination:ro.`,
  );
}
