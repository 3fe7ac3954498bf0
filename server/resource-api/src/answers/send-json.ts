// Sends one text whole: how every write and every read of one object is answered.

import { emitYaml } from "@neverland/yaml";
import type { FastifyReply } from "fastify";
import type { AnswerMedia } from "../wire/negotiation.ts";

/** Past Fastify, which would look at what there is nothing to see of any more. */
export function sendJson(
  reply: FastifyReply,
  status: number,
  json: string,
  media: AnswerMedia = "application/json",
): void {
  sendWhole(reply, status, media === "application/yaml" ? emitYaml(JSON.parse(json)) : json, media);
}

export function sendWhole(reply: FastifyReply, status: number, text: string, media: AnswerMedia): void {
  reply.hijack();
  const length = String(Buffer.byteLength(text));
  reply.raw.writeHead(status, ["content-type", media, "content-length", length]);
  reply.raw.end(text);
}
