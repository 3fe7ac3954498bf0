// Status and headers of an answer to GET or HEAD that carries bytes: the whole of them, a part, or none.
import type { FastifyReply, FastifyRequest } from "fastify";
import { type ByteRange, type ByteSpan, parseByteRange } from "./byte-range.ts";
import { judgeConditions } from "./preconditions.ts";

export interface Content {
  readonly sizeBytes: number;
  readonly mediaType: string;
  /** With its quotes; undefined for what has no versions. */
  readonly etag: string | undefined;
  /** Since 1970; what has an etag may do without. */
  readonly lastModifiedMs?: number;
}

/** @returns The bytes that are to be sent; undefined when the answer has no body. */
export function setContentHeaders(
  request: FastifyRequest,
  reply: FastifyReply,
  content: Content,
): ByteSpan | undefined {
  const { sizeBytes, mediaType, etag } = content;
  const lastModifiedMs = content.lastModifiedMs && Math.floor(content.lastModifiedMs / 1000) * 1000;
  reply.header("accept-ranges", "bytes");
  if (etag !== undefined) reply.header("etag", etag);
  if (lastModifiedMs !== undefined) reply.header("last-modified", new Date(lastModifiedMs).toUTCString());
  const verdict = judgeConditions(request.headers, { etag, lastModifiedMs });
  if (verdict !== "send") {
    reply.code(verdict === "failed" ? 412 : 304);
    return undefined;
  }
  const range = rangeOf(request, content);
  if (range === "unsatisfiable") {
    reply.code(416).header("content-range", `bytes */${sizeBytes}`).header("content-length", 0);
    return undefined;
  }
  const span = range === "whole" ? { first: 0, last: sizeBytes - 1 } : range;
  if (range !== "whole") reply.code(206).header("content-range", `bytes ${span.first}-${span.last}/${sizeBytes}`);
  reply.type(mediaType).header("content-length", span.last - span.first + 1);
  return request.method === "HEAD" || sizeBytes === 0 ? undefined : span;
}

/** A range counts only for the version that the client means (If-Range, RFC 9110 §13.1.5). */
function rangeOf(request: FastifyRequest, { etag, sizeBytes }: Content): ByteRange {
  const version = request.headers["if-range"];
  if (version !== undefined && version !== etag) return "whole";
  return parseByteRange(request.headers.range, sizeBytes);
}
