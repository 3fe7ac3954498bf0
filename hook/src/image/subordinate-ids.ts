// Whether an ordinary user may use other user ids, as installing Debian without root must: its files belong to many.
import { readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { HookError } from "../hook-error.ts";

/** Debian's own users end below this. */
const leastIds = 65_536;
/** Where useradd begins by itself (SUB_UID_MIN of login.defs); below are people and services. */
const firstId = 100_000;
const files = ["/etc/subuid", "/etc/subgid"] as const;

type Range = { readonly user: string; readonly first: number; readonly count: number };

/** @throws {HookError} `no-subordinate-ids` with the line that grants them, by ranges that nobody has. */
export async function requireSubordinateIds(
  user: string = userInfo().username,
  read: (path: string) => Promise<string> = (path) => readFile(path, "utf8"),
): Promise<void> {
  const granted = await Promise.all(files.map(async (file) => readRanges(await read(file).catch(() => ""))));
  const lacking = files.find((_, at) => idsOf(granted[at] ?? [], user) < leastIds);
  if (lacking === undefined) return;
  const [uids, gids] = granted.map(freeRange);
  throw new HookError(
    "no-subordinate-ids",
    `The disk image cannot be built by ${user}: ${lacking} grants this user no range of ${leastIds} ids. Grant one, or run this as root:\n  sudo usermod --add-subuids ${uids} --add-subgids ${gids} ${user}`,
  );
}

/** Lines `NAME:FIRST:COUNT`. */
function readRanges(text: string): Range[] {
  return text.split("\n").flatMap((line) => {
    const [, user, first, count] = /^([^:]+):(\d+):(\d+)\s*$/.exec(line) ?? [];
    return user === undefined ? [] : [{ user, first: Number(first), count: Number(count) }];
  });
}

/** Of the user's first line, as mmdebstrap reads it. */
function idsOf(ranges: readonly Range[], user: string): number {
  return ranges.find((range) => range.user === user)?.count ?? 0;
}

/** The lowest that overlaps nobody's, as usermod takes it: `FIRST-LAST`. */
function freeRange(ranges: readonly Range[]): string {
  let first = firstId;
  for (const range of ranges.toSorted((one, other) => one.first - other.first))
    if (range.first < first + leastIds) first = Math.max(first, range.first + range.count);
  return `${first}-${first + leastIds - 1}`;
}
