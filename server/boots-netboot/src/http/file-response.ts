// Answers GET and HEAD with a file of one directory: ranges, entity tag, length; never anything outside of it.
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setContentHeaders } from "@neverland/platform/http/content-headers.ts";
import type { FastifyReply, FastifyRequest } from "fastify";

const mediaType = "application/octet-stream";

/** What was sent, once the response is over. */
export interface FileSent {
  readonly sizeBytes: number;
  /** False when the client went away before the end. */
  readonly whole: boolean;
}

/** A plain file name: no directory, no dot at its start, nothing that any file system reads specially. */
function isPlainFileName(name: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._+~-]{0,254}$/.test(name);
}

/** Sends the file, or 404 when there is none. `onEnd` is called once, for a GET only. */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  file: { readonly directory: string; readonly name: string },
  onEnd: (sent: FileSent) => void,
): Promise<FastifyReply> {
  const handle = isPlainFileName(file.name) ? await openRegular(join(file.directory, file.name)) : undefined;
  if (handle === undefined) return reply.code(404).type("text/plain").send("no such file\n");
  const stat = await handle.stat();
  const etag = `"${stat.size.toString(16)}-${Math.floor(stat.mtimeMs).toString(16)}"`;
  reply.header("last-modified", stat.mtime.toUTCString());
  const span = setContentHeaders(request, reply, { sizeBytes: stat.size, mediaType, etag });
  if (span === undefined) {
    await handle.close();
    return reply.send();
  }
  const bytes = handle.createReadStream({ start: span.first, end: span.last });
  reply.raw.once("close", () => onEnd({ sizeBytes: stat.size, whole: reply.raw.writableFinished }));
  return reply.send(bytes);
}

/** Sends bytes from memory with the same headers. */
export function sendBytes(request: FastifyRequest, reply: FastifyReply, bytes: Uint8Array): FastifyReply {
  const span = setContentHeaders(request, reply, { sizeBytes: bytes.length, mediaType, etag: undefined });
  if (span === undefined) return reply.send();
  return reply.send(Readable.from([Buffer.from(bytes.subarray(span.first, span.last + 1))]));
}

async function openRegular(path: string): Promise<FileHandle | undefined> {
  // Non-blocking: a named pipe must not hang the open.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => undefined);
  if (handle === undefined || (await handle.stat()).isFile()) return handle;
  await handle.close();
  return undefined;
}
