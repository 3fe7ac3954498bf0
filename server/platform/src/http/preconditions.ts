// Whether the client's copy of a content is still the content: the conditions of a GET or HEAD (RFC 9110 §13.1), in the order of §13.2.2.
import type { IncomingHttpHeaders } from "node:http";

/** What tells one version of a content from the next; either may be unknown. */
export interface Version {
  /** With its quotes. */
  readonly etag: string | undefined;
  /** Since 1970, cut to a whole second: HTTP's dates know no more. */
  readonly lastModifiedMs: number | undefined;
}

/** `not-modified`: 304; `failed`: 412. */
export type Verdict = "send" | "not-modified" | "failed";

export function judgeConditions(headers: IncomingHttpHeaders, { etag, lastModifiedMs }: Version): Verdict {
  const match = headers["if-match"];
  if (match !== undefined) {
    if (!lists(match, (tag) => tag === etag)) return "failed";
  } else if (lastModifiedMs !== undefined && lastModifiedMs > sinceMs(headers["if-unmodified-since"])) return "failed";
  const noneMatch = headers["if-none-match"];
  // A proxy that compresses makes tags weak; of a copy that is only to be used, a weak tag is good enough (§13.1.2).
  if (noneMatch !== undefined)
    return lists(noneMatch, (tag) => etag !== undefined && strong(tag) === strong(etag)) ? "not-modified" : "send";
  const isOld = lastModifiedMs !== undefined && lastModifiedMs <= sinceMs(headers["if-modified-since"]);
  return isOld ? "not-modified" : "send";
}

/** A list of tags of which one holds; `*` is any that there is. */
function lists(header: string, holds: (tag: string) => boolean): boolean {
  return header.trim() === "*" || (header.match(/(?:W\/)?"[^"]*"/g) ?? []).some(holds);
}

function strong(tag: string): string {
  return tag.replace(/^W\//, "");
}

/** What is no date is no condition: NaN, to which nothing compares. The oldest of HTTP's three forms of dates says no zone. */
function sinceMs(date: string | undefined): number {
  if (date === undefined) return Number.NaN;
  return Date.parse(date.endsWith("GMT") ? date : `${date} GMT`);
}
