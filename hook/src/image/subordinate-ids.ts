// Whether an ordinary user may use other user ids, as installing Debian without root must: its files belong to many.
import { readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { HookError } from "../hook-error.ts";

/** Debian's own users end below this. */
const leastIds = 65_536;
const files = ["/etc/subuid", "/etc/subgid"] as const;

/** @throws {HookError} `no-subordinate-ids` with the line that grants them. */
export async function requireSubordinateIds(
  user: string = userInfo().username,
  read: (path: string) => Promise<string> = (path) => readFile(path, "utf8"),
): Promise<void> {
  for (const file of files) {
    const text = await read(file).catch(() => "");
    if (grantedIds(text, user) >= leastIds) continue;
    throw new HookError(
      "no-subordinate-ids",
      `The disk image cannot be built by ${user}: ${file} grants this user no range of ${leastIds} ids. Grant one (any free range will do), or run this as root:\n  sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${user}`,
    );
  }
}

/** Of the user's first line, `NAME:FIRST:COUNT`, as mmdebstrap reads it. */
function grantedIds(text: string, user: string): number {
  const line = text.split("\n").find((each) => each.startsWith(`${user}:`));
  return Number.parseInt(line?.split(":")[2] ?? "0", 10);
}
