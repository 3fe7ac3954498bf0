// What each verb is given of a request, and how it answers with what it found.
import type { KindInfo, Resource } from "@neverland/api";
import type { FastifyReply, FastifyRequest } from "fastify";
import { listPieces, objectText, objectValue, type Shape } from "../answers/answer-text.ts";
import { sendJson, sendYaml } from "../answers/send-json.ts";
import { sendPieces } from "../answers/send-pieces.ts";
import type { IncludeObject } from "../answers/table.ts";
import type { WatchSlots } from "../answers/watch-slots.ts";
import type { WholeList } from "../answers/whole-list.ts";
import type { ApiContext } from "../api-context.ts";
import type { AnswerForm, AnswerMedia } from "../wire/negotiation.ts";
import type { RequestQuery } from "../wire/request-query.ts";

export type Exchange = {
  readonly context: ApiContext;
  readonly slots: WatchSlots;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly query: RequestQuery;
  readonly form: AnswerForm;
  readonly includeObject: IncludeObject;
  readonly media: AnswerMedia;
};

export async function answer(exchange: Exchange, kind: KindInfo, object: Resource, status = 200): Promise<void> {
  const shape = shapeOf(exchange, kind);
  if (exchange.media === "application/yaml") await sendYaml(exchange.reply, status, objectValue(shape, object));
  else sendJson(exchange.reply, status, objectText(shape, object));
}

export async function sendList(exchange: Exchange, kind: KindInfo, { first, more }: WholeList): Promise<void> {
  const pieces = listPieces(shapeOf(exchange, kind), first, undefined, more, exchange.media);
  await sendPieces(exchange.request, exchange.reply, pieces, exchange.media);
}

function shapeOf({ context, form, includeObject }: Exchange, kind: KindInfo): Shape {
  return { kind, form, includeObject, nowMs: context.clock.nowMs(), machineViews: context.machineViews };
}
