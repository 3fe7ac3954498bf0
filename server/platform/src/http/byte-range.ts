// The Range header of HTTP (RFC 9110 §14) for one range of bytes, which is what resumed downloads ask for.

/** Offsets of the first and the last byte, both included, as in HTTP. */
export interface ByteSpan {
  readonly first: number;
  readonly last: number;
}

/** `whole`: there is no range, or a kind of range that a server may pass over. */
export type ByteRange = ByteSpan | "whole" | "unsatisfiable";

/**
 * Several ranges in one header are answered by the whole content, which §14.2 allows, as is any range of what is empty: caches and some
 * clients ask for everything by ranges, and to them a refusal is the end (Apache and Go's server answer so, too).
 */
export function parseByteRange(header: string | undefined, sizeBytes: number): ByteRange {
  const match = /^bytes=\s*(\d{0,15})-(\d{0,15})$/i.exec(header?.trim() ?? "");
  const [, from = "", to = ""] = match ?? [];
  if (match === null || (from === "" && to === "") || sizeBytes === 0) return "whole";
  if (from === "") return lastBytes(Number(to), sizeBytes);
  const first = Number(from);
  if (to !== "" && Number(to) < first) return "whole";
  if (first >= sizeBytes) return "unsatisfiable";
  return { first, last: to === "" ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1) };
}

function lastBytes(count: number, sizeBytes: number): ByteRange {
  if (count === 0) return "unsatisfiable";
  return { first: Math.max(0, sizeBytes - count), last: sizeBytes - 1 };
}
