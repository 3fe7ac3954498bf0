// Answers GET and HEAD with an open file: ranges, entity tag, length. The file is closed however the answer ends.
import type { FastifyReply, FastifyRequest } from "fastify";
import { type FileFault, fileFault, type OpenFile } from "../files/open-plain-file.ts";
import { onAnswerOver } from "./answer-over.ts";
import { type Content, setContentHeaders } from "./content-headers.ts";

/** What became of the answer, once it is over. */
export interface FileSent {
  /** False when the machine went away before the end, or the file could not be read to it. */
  readonly whole: boolean;
  /** What was wrong with the file, where that is why. */
  readonly fault: FileFault | undefined;
}

/** Few reads for large files; what one download holds in memory. */
const readAheadBytes = 1 << 18;

/** @param path For naming faults. @param onEnd Called once, for an answer with a body only. */
export async function sendOpenFile(
  request: FastifyRequest,
  reply: FastifyReply,
  { handle, path, content }: Pick<OpenFile, "handle"> & { readonly path: string; readonly content: Content },
  onEnd: (sent: FileSent) => void,
): Promise<FastifyReply> {
  const span = setContentHeaders(request, reply, content);
  if (span === undefined) {
    await handle.close();
    return await reply.send();
  }
  const bytes = handle.createReadStream({ start: span.first, end: span.last, highWaterMark: readAheadBytes });
  let fault: FileFault | undefined;
  bytes.once("error", (error) => {
    fault = fileFault(path, error);
  });
  bytes.once("end", () => {
    if (bytes.bytesRead === span.last - span.first + 1) return;
    fault = { reason: "FileUnreadable", message: `${path} became shorter while it was read` };
    // The length is promised: only a broken connection can say that this is not all.
    reply.raw.destroy();
  });
  onAnswerOver(reply.raw, () => onEnd({ whole: reply.raw.writableFinished && fault === undefined, fault }));
  return await reply.send(bytes);
}
