// A file, or the part of one that is asked for, as a short answer.
import type { ServedFile } from "../files/served-file.ts";
import { contentAnswer } from "./content-answer.ts";
import type { PlainGet } from "./plain-get.ts";
import { type FileSent, momentBytes } from "./send-file.ts";
import type { ShortAnswer } from "./short-connection.ts";

/** @returns Undefined when that is more than a moment's work, or not in memory, or nothing of the file is to be sent: the file is closed then. */
export function shortFileAnswer(
  { range }: PlainGet,
  { file, mediaType }: { readonly file: ServedFile; readonly mediaType: string },
  onEnd: (sent: FileSent) => void,
): ShortAnswer | undefined {
  const { sizeBytes, lastModified, etag } = file.version;
  const asked = { method: "GET", headers: range === undefined ? {} : { range } };
  const { status, headers, span } = contentAnswer(asked, { sizeBytes, lastModified, etag, mediaType });
  const length = span === undefined ? 0 : span.last - span.first + 1;
  const isShort = span !== undefined && length <= momentBytes;
  const body = isShort ? file.inMemory(span.first, length) : undefined;
  if (body === undefined) {
    file.close();
    return undefined;
  }
  const close = (sent: FileSent): void => {
    file.close();
    onEnd(sent);
  };
  return { status, headers, body, onEnd: close };
}
