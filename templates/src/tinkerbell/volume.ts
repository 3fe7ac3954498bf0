// A volume as an action has it, in the syntax of Docker's binds: `source:destination[:options]`.

const source = /^(?:\/|[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$)/;
/** Access, propagation, and what is meant for SELinux, Docker Desktop or named volumes. */
const options = [
  "ro",
  "rw",
  "shared",
  "rshared",
  "slave",
  "rslave",
  "private",
  "rprivate",
  "z",
  "Z",
  "nocopy",
  "consistent",
];
const known: ReadonlySet<string> = new Set([...options, "cached", "delegated"]);
const form = "write source:destination, or source:destination:ro";

/** Where the container finds it: without doubled slashes, nor one at its end. */
export function destinationOf(volume: string): string {
  return (volume.split(":")[1] ?? "").replace(/\/+/g, "/").replace(/\/$/, "");
}

/** @returns What no worker could do with it, to stand behind the volume itself; undefined for one that can be mounted. */
export function volumeFault(volume: string): string | undefined {
  const parts = volume.split(":");
  const [from = "", to = "", words = ""] = parts;
  if (parts.length < 2 || parts.length > 3) return `does not have two or three parts: ${form}`;
  if (!source.test(from)) return `has a source that is neither an absolute path nor a volume's name: ${form}`;
  if (!/^\/+[^/]/.test(to)) return `has a destination that is no absolute path below /: ${form}`;
  const unknown = words.split(",").find((word) => word !== "" && !known.has(word));
  return unknown === undefined ? undefined : `has the option "${unknown}", which is none: ${form}`;
}
