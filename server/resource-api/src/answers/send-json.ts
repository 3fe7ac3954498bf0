// Sends one value whole: how every write and every read of one object is answered.

import { Breather } from "@neverland/platform/wait/breather.ts";
import { emitYamlPieces } from "@neverland/yaml";
import type { FastifyReply } from "fastify";
import type { AnswerMedia } from "../wire/negotiation.ts";

/** @param media What is asked for. */
export async function sendValue(reply: FastifyReply, status: number, value: object, media: AnswerMedia): Promise<void> {
  if (media === "application/yaml") await sendYaml(reply, status, value);
  else sendJson(reply, status, JSON.stringify(value));
}

/** Past Fastify, which would look at what there is nothing to see of any more. */
export function sendJson(reply: FastifyReply, status: number, json: string): void {
  sendWhole(reply, status, json, "application/json");
}

/** In slices: an object of 3 MB takes a tenth of a second. */
export async function sendYaml(
  reply: FastifyReply,
  status: number,
  value: unknown,
  breather = new Breather(),
): Promise<void> {
  let text = "";
  for (const piece of emitYamlPieces(value)) {
    text += piece;
    if (breather.isDue) await breather.breathe();
  }
  sendWhole(reply, status, text, "application/yaml");
}

export function sendWhole(reply: FastifyReply, status: number, text: string, media: AnswerMedia): void {
  reply.hijack();
  const length = String(Buffer.byteLength(text));
  reply.raw.writeHead(status, ["content-type", media, "content-length", length]);
  reply.raw.end(text);
}
