// One blob as one unbroken stream, though the connection breaks: resumed by Range, checked against its digest at the end.

import { createHash } from "node:crypto";
import type { Descriptor } from "../manifest.ts";
import { OciError } from "../oci-error.ts";
import type { HttpResponse } from "./http-get.ts";

export type BlobDownloadDeps = {
  /** GETs the blob from this byte on (a Range request when it is not 0). */
  readonly open: (offsetBytes: number) => Promise<HttpResponse>;
  /** Waits before a retry; `failures` counts those without a byte between them. */
  readonly pause: (failures: number) => Promise<void>;
};

const failureLimit = 6;

/**
 * Yields exactly the blob's bytes. The last chunk comes before the digest was checked: whoever uses them must not rely on
 * them until the stream has ended without an error.
 * @throws {OciError} `digest-mismatch`, or the last error when six attempts in a row brought no byte.
 */
export async function* downloadBlob(blob: Descriptor, { open, pause }: BlobDownloadDeps): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let doneBytes = 0;
  for (let failures = 0; doneBytes < blob.size; ) {
    try {
      for await (const chunk of bodyFrom(await open(doneBytes), doneBytes)) {
        doneBytes += chunk.length;
        if (doneBytes > blob.size) throw mismatch(blob, `it is longer than the ${blob.size} bytes announced`);
        hash.update(chunk);
        failures = 0;
        yield chunk;
      }
      if (doneBytes < blob.size)
        throw new OciError("unreachable", `Blob ${blob.digest} broke off at byte ${doneBytes} of ${blob.size}.`);
    } catch (error) {
      if (!(error instanceof OciError) || error.code !== "unreachable" || ++failures >= failureLimit) throw error;
      await pause(failures);
    }
  }
  const digest = `sha256:${hash.digest("hex")}`;
  if (digest !== blob.digest) throw mismatch(blob, `its digest is ${digest}`);
}

async function* bodyFrom(response: HttpResponse, offsetBytes: number): AsyncGenerator<Uint8Array> {
  let skipBytes = skippedBytes(response, offsetBytes);
  try {
    for await (const chunk of response.body) {
      const rest = chunk.subarray(skipBytes);
      skipBytes -= chunk.length - rest.length;
      if (rest.length > 0) yield rest;
    }
  } finally {
    response.close();
  }
}

/** A server may ignore Range and send all (RFC 9110 §14.2). */
function skippedBytes(response: HttpResponse, offsetBytes: number): number {
  if (response.status === 200) return offsetBytes;
  const start = /^bytes (\d+)-/.exec(response.headers["content-range"] ?? "")?.[1];
  if (Number(start) === offsetBytes) return 0;
  response.close();
  throw new OciError(
    "refused",
    `A registry answered a request for byte ${offsetBytes} on with "${response.headers["content-range"]}".`,
  );
}

function mismatch(blob: Descriptor, why: string): OciError {
  return new OciError("digest-mismatch", `Blob ${blob.digest} is not what its name says: ${why}.`);
}
