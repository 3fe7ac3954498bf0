// Status and headers of an answer to GET or HEAD that carries bytes: the whole of them, a part, or none and a sentence why.
import type { IncomingHttpHeaders } from "node:http";
import { type ByteRange, type ByteSpan, parseByteRange } from "./byte-range.ts";
import { judgeConditions } from "./preconditions.ts";

export interface Content {
  readonly sizeBytes: number;
  readonly mediaType: string;
  /** With its quotes. */
  readonly etag: string;
  /** To the second, as HTTP has it; what has an etag may do without. */
  readonly lastModified?: LastModified;
}

/** One moment twice, so that it is not put into words for each who asks. */
export interface LastModified {
  /** Since 1970. */
  readonly ms: number;
  readonly text: string;
}

export interface ContentAnswer {
  readonly status: 200 | 206 | 304 | 412 | 416;
  /** Names and values by turns, as `writeHead` takes them. */
  readonly headers: string[];
  /** The bytes that are to be sent; undefined when none of the content is. */
  readonly span: ByteSpan | undefined;
  /** The body instead, where there is one. */
  readonly text: string | undefined;
}

export function contentAnswer(
  { method, headers: asked }: { readonly method?: string | undefined; readonly headers: IncomingHttpHeaders },
  content: Content,
): ContentAnswer {
  const { sizeBytes, mediaType, etag, lastModified } = content;
  const headers = ["accept-ranges", "bytes", "etag", etag];
  if (lastModified !== undefined) headers.push("last-modified", lastModified.text);
  const verdict = judgeConditions(asked, { etag, lastModifiedMs: lastModified?.ms });
  // What it would have had as 200 (RFC 9110 §15.4.5), but for the length, which old clients wait for.
  if (verdict === "not-modified") return { status: 304, headers, span: undefined, text: undefined };
  if (verdict === "failed") return told(412, headers, "what is here is another version than the one asked for");
  const range = method === "GET" ? rangeOf(asked, content) : "whole";
  if (range === "unsatisfiable") {
    headers.push("content-range", `bytes */${sizeBytes}`);
    return told(416, headers, `nothing of that range is here: there are ${sizeBytes} bytes`);
  }
  const span = range === "whole" ? { first: 0, last: sizeBytes - 1 } : range;
  headers.push("content-type", mediaType, "content-length", String(span.last - span.first + 1));
  if (range !== "whole") headers.push("content-range", `bytes ${span.first}-${span.last}/${sizeBytes}`);
  const isBody = method === "GET" && sizeBytes > 0;
  return { status: range === "whole" ? 200 : 206, headers, span: isBody ? span : undefined, text: undefined };
}

function told(status: 412 | 416, headers: string[], sentence: string): ContentAnswer {
  const text = `${sentence}\n`;
  headers.push("content-type", "text/plain; charset=utf-8", "content-length", String(text.length));
  return { status, headers, span: undefined, text };
}

/** A range counts only for the version that the client means, by its tag or by the very time that it was told (RFC 9110 §13.1.5). */
function rangeOf(
  { range, "if-range": version }: IncomingHttpHeaders,
  { sizeBytes, etag, lastModified }: Content,
): ByteRange {
  const isMeant = version === undefined || version === etag || version === lastModified?.text;
  return isMeant ? parseByteRange(range, sizeBytes) : "whole";
}
