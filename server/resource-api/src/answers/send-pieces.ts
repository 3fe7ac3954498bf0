// Sends a text that comes in pieces: at once when it is small, else as a stream, compressed for who asks, no faster than the
// caller reads.
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createGzip } from "node:zlib";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { AnswerMedia } from "../wire/negotiation.ts";
import { sendWhole } from "./send-json.ts";

/** As kube-apiserver: what is smaller is not worth compressing. */
const compressFrom = 128 * 1024;

/** Resolves when all was handed over, or the caller went away. @throws What `pieces` throw; the answer is broken off then. */
export async function sendPieces(
  request: FastifyRequest,
  reply: FastifyReply,
  pieces: AsyncGenerator<string, void>,
  media: AnswerMedia = "application/json",
): Promise<void> {
  let start = "";
  while (start.length < compressFrom) {
    const { done, value } = await pieces.next();
    if (done) return sendWhole(reply, 200, start, media);
    start += value;
  }
  const headers = { "content-type": media, vary: "accept-encoding" };
  let failure: { readonly error: unknown } | undefined;
  const all = Readable.from(
    whole(start, pieces, (error) => {
      failure = { error };
    }),
  );
  reply.hijack();
  const { raw } = reply;
  // A caller that goes away ends the work; there is nobody left to tell.
  const gone = (): void => {
    if (failure !== undefined) throw failure.error;
  };
  if (!takesGzip(request.headers["accept-encoding"])) {
    raw.writeHead(200, headers);
    return await pipeline(all, raw).catch(gone);
  }
  raw.writeHead(200, { ...headers, "content-encoding": "gzip" });
  // The fastest level: on this text it leaves a tenth, and better ones cost several times the CPU for little more.
  await pipeline(all, createGzip({ level: constants.Z_BEST_SPEED, chunkSize: 64 * 1024 }), raw).catch(gone);
}

async function* whole(
  start: string,
  rest: AsyncGenerator<string, void>,
  onFailure: (error: unknown) => void,
): AsyncGenerator<string, void> {
  yield start;
  try {
    yield* rest;
  } catch (error) {
    onFailure(error);
    throw error;
  }
}

/** Whether the header names gzip, or anything, and not to refuse it (RFC 9110 §12.5.3). */
export function takesGzip(acceptEncoding: string | string[] | undefined): boolean {
  const weights = new Map<string, number>();
  for (const range of String(acceptEncoding ?? "").split(",")) {
    const [coding = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
    weights.set(coding, weight === undefined ? 1 : Number(weight));
  }
  return (weights.get("gzip") ?? weights.get("*") ?? 0) > 0;
}
