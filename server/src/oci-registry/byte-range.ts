// Reads a Range header (RFC 9110 §14.2): one range of bytes, which is what resumed downloads ask for.

/** `last` is inclusive, as in HTTP. */
export type ByteRange = { readonly first: number; readonly last: number };

/** `whole` also for what we do not understand, as the RFC allows. */
export function parseByteRange(header: string | undefined, sizeBytes: number): ByteRange | "whole" | "unsatisfiable" {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "");
  const [, from = "", to = ""] = match ?? [];
  if (match === null || (from === "" && to === "")) return "whole";
  if (from === "") {
    const suffixBytes = Number(to);
    if (suffixBytes === 0 || sizeBytes === 0) return "unsatisfiable";
    return { first: Math.max(0, sizeBytes - suffixBytes), last: sizeBytes - 1 };
  }
  const first = Number(from);
  const last = to === "" ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  if (to !== "" && Number(to) < first) return "whole";
  return first >= sizeBytes ? "unsatisfiable" : { first, last };
}
