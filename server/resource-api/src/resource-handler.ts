// One request to a kind's path: which verb it means, and who carries it out.
import { qualifiedName } from "@neverland/api";
import { refuseForbiddenDeletion } from "@neverland/resources/rules/forbidden-changes.ts";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { WatchSlots } from "./answers/watch-slots.ts";
import type { ApiContext } from "./api-context.ts";
import { isServed, verbOf } from "./discovery/verbs.ts";
import { answerReview } from "./reviews/answer-review.ts";
import { deleteCollection, deleteObject } from "./verbs/delete.ts";
import type { Exchange } from "./verbs/exchange.ts";
import { finalize } from "./verbs/finalize.ts";
import { followLog, get, list, watch } from "./verbs/read.ts";
import { create, patch, replace } from "./verbs/write.ts";
import { ApiFault, detailsOf, toFault } from "./wire/api-fault.ts";
import { negotiate } from "./wire/negotiation.ts";
import { RequestQuery } from "./wire/request-query.ts";
import { type NamedTarget, parseTarget, type RequestTarget } from "./wire/request-target.ts";

/** Resolves when the answer has been handed over, or has ended where it goes on as things happen. @throws {ApiFault} */
export async function handleResource(
  context: ApiContext,
  slots: WatchSlots,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const target = parseTarget(request.url.split("?")[0] ?? "", context.kinds);
  const query = new RequestQuery(request.url);
  const isLog = target.subresource === "log";
  const { form, media } = negotiate(isLog ? undefined : request.headers.accept);
  const { includeObject } = query;
  const exchange: Exchange = { context, slots, request, reply, query, form, includeObject, media };
  const { namespace, name } = target;
  try {
    mustBeServed(target, request.method, query);
    if (target.kind.isQuestion) return await answerReview(exchange, target.kind);
    if (namespace === undefined || name === undefined) return await handleCollection(exchange, target);
    const named = { ...target, namespace, name };
    if (target.subresource === "finalize") return await finalize(exchange, named);
    return isLog ? await followLog(exchange, named) : await handleObject(exchange, named);
  } catch (error) {
    throw toFault(error, target.kind, name);
  }
}

async function handleCollection(exchange: Exchange, target: RequestTarget): Promise<void> {
  const { request, query } = exchange;
  const { namespace } = target;
  switch (request.method) {
    case "GET":
      return isWatch(target, query) ? await watch(exchange, target) : await list(exchange, target);
    case "POST":
      if (namespace === undefined) throw notAllowed(target, "POST");
      return await create(exchange, { ...target, namespace });
    case "DELETE":
      return await deleteCollection(exchange, target);
    default:
      throw notAllowed(target, request.method);
  }
}

async function handleObject(exchange: Exchange, target: NamedTarget): Promise<void> {
  switch (exchange.request.method) {
    case "GET":
      return await get(exchange, target);
    case "PUT":
      return await replace(exchange, target);
    case "PATCH":
      return await patch(exchange, target);
    case "DELETE":
      return await deleteObject(exchange, target);
    default:
      throw notAllowed(target, exchange.request.method);
  }
}

/** What discovery does not list is not answered, whatever the kind. @throws {ApiFault | ResourceError} `MethodNotAllowed`. */
function mustBeServed(target: RequestTarget, method: string, query: RequestQuery): void {
  if (target.watch && method !== "GET") throw notAllowed(target, method);
  const verb = verbOf(method, target.name === undefined, isWatch(target, query));
  if (verb !== undefined && isServed(target, verb)) return;
  if (verb?.startsWith("delete") && !target.subresource) refuseForbiddenDeletion(target.kind); // it says why
  throw notAllowed(target, method);
}

function isWatch(target: RequestTarget, query: RequestQuery): boolean {
  return target.watch !== undefined || query.flag("watch");
}

function notAllowed({ kind, subresource }: RequestTarget, method: string): ApiFault {
  const what = subresource ? `${kind.plural}/${subresource}` : kind.plural;
  return new ApiFault(
    "MethodNotAllowed",
    `${method} is not supported on resources of kind "${qualifiedName(kind, what)}"`,
    detailsOf(kind),
  );
}
