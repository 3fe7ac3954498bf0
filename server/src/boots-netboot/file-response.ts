// Answers GET and HEAD with a file of one directory: ranges, entity tag, length; never anything outside of it.
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { type ByteRange, parseByteRange } from "./byte-range.ts";

/** What was sent, once the response is over. */
export interface FileSent {
  readonly sizeBytes: number;
  /** False when the client went away before the end. */
  readonly whole: boolean;
}

/** A plain file name: no directory, no dot at its start, nothing that any file system reads specially. */
export function isPlainFileName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._+~-]{0,254}$/.test(name);
}

/** Sends the file; answers 404 and returns undefined when there is none. `onEnd` is called once, for a GET only. */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  file: { readonly directory: string; readonly name: string },
  onEnd: (sent: FileSent) => void,
): Promise<FastifyReply> {
  const handle = isPlainFileName(file.name) ? await openRegular(join(file.directory, file.name)) : undefined;
  if (handle === undefined) return reply.code(404).type("text/plain").send("no such file\n");
  const stat = await handle.stat();
  const tag = `"${stat.size.toString(16)}-${Math.floor(stat.mtimeMs).toString(16)}"`;
  const range = rangeFor(request, tag, stat.size);
  reply.header("accept-ranges", "bytes").header("etag", tag).header("last-modified", stat.mtime.toUTCString());
  const settled = headersFor(reply, request, { range, tag, sizeBytes: stat.size });
  if (settled === undefined || request.method === "HEAD") {
    await handle.close();
    return reply.send();
  }
  const bytes = handle.createReadStream({ start: settled.first, end: settled.last });
  reply.raw.once("close", () => onEnd({ sizeBytes: stat.size, whole: reply.raw.writableFinished }));
  return reply.send(bytes);
}

/** Sends bytes from memory with the same headers. */
export function sendBytes(request: FastifyRequest, reply: FastifyReply, bytes: Uint8Array): FastifyReply {
  const range = parseByteRange(request.headers.range, bytes.length);
  reply.header("accept-ranges", "bytes");
  const settled = headersFor(reply, request, { range, tag: undefined, sizeBytes: bytes.length });
  if (settled === undefined || request.method === "HEAD") return reply.send();
  return reply.send(Readable.from([Buffer.from(bytes.subarray(settled.first, settled.last + 1))]));
}

async function openRegular(path: string): Promise<FileHandle | undefined> {
  // Non-blocking: a named pipe must not hang the open.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
  if (handle === undefined || (await handle.stat()).isFile()) return handle;
  await handle.close();
  return undefined;
}

/** A range counts only for the version that the client means (If-Range, RFC 9110 §13.1.5). */
function rangeFor(request: FastifyRequest, tag: string, sizeBytes: number): ByteRange {
  const condition = request.headers["if-range"];
  if (condition !== undefined && condition !== tag) return { kind: "whole" };
  return parseByteRange(request.headers.range, sizeBytes);
}

interface Settled {
  readonly first: number;
  readonly last: number;
}

/** Sets status and headers. Undefined when there is no body to send. */
function headersFor(
  reply: FastifyReply,
  request: FastifyRequest,
  file: { readonly range: ByteRange; readonly tag: string | undefined; readonly sizeBytes: number },
): Settled | undefined {
  const { range, tag, sizeBytes } = file;
  if (tag !== undefined && request.headers["if-none-match"] === tag) {
    reply.code(304);
    return undefined;
  }
  reply.type("application/octet-stream");
  switch (range.kind) {
    case "unsatisfiable":
      reply.code(416).header("content-range", `bytes */${sizeBytes}`).header("content-length", 0);
      return undefined;
    case "part":
      reply.code(206).header("content-range", `bytes ${range.first}-${range.last}/${sizeBytes}`);
      reply.header("content-length", range.last - range.first + 1);
      return range;
    case "whole":
      reply.code(200).header("content-length", sizeBytes);
      return sizeBytes === 0 ? undefined : { first: 0, last: sizeBytes - 1 };
  }
}
