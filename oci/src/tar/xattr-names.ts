// Extended attributes of an entry: which of the records in its header are any, and whether a layer may set them.
import { OciError } from "../oci-error.ts";

const prefix = "SCHILY.xattr.";
/** What Linux takes (xattr(7)), of printable characters alone: names go into a dump whose lines setfattr reads, `name=value`. */
const nameForm = /^(?:user|security|trusted|system)\.[!-<>-~]{1,247}$/;
/** overlayfs keeps here which other file is meant by this one. */
const overlays = /^trusted\.overlay\./;

/**
 * @param records Of the pax headers that apply to the entry.
 * @returns Values by name, such as `security.capability`.
 * @throws {OciError} `bad-layer` for a name that Linux would not take, or that would change what other layers hold.
 */
export function xattrsOf(records: ReadonlyMap<string, Buffer>): ReadonlyMap<string, Buffer> {
  const found = [...records].filter(([key]) => key.startsWith(prefix));
  return new Map(found.map(([key, value]) => [checked(key.slice(prefix.length)), value]));
}

function checked(name: string): string {
  if (nameForm.test(name) && !overlays.test(name)) return name;
  throw new OciError(
    "bad-layer",
    `The layer sets the extended attribute ${JSON.stringify(name.slice(0, 80))}, which no image may set.`,
  );
}
