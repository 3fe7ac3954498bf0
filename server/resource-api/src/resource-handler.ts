// One request to a kind's path: the verb it means, carried out, and the answer.
import { type JsonObject, type KindInfo, qualifiedName, type Resource } from "@neverland/api";
import { applyResource, patchResource, replaceResource } from "@neverland/resources/patches/patch-resource.ts";
import { invalid } from "@neverland/resources/resource-error.ts";
import { metadataOf, toResource, withoutStatus } from "@neverland/resources/resource-input.ts";
import { refuseForbiddenDeletion } from "@neverland/resources/rules/forbidden-changes.ts";
import type { WriteTarget } from "@neverland/resources/write-path.ts";
import { StoreError } from "@neverland/store/resource-store.ts";
import type { FastifyReply, FastifyRequest } from "fastify";
import { listPieces, objectText, type Shape } from "./answers/answer-text.ts";
import { streamLog } from "./answers/log-stream.ts";
import { answerWithoutWebSocket, asksForWebSocket } from "./answers/no-web-socket.ts";
import { sendJson } from "./answers/send-json.ts";
import { sendPieces } from "./answers/send-pieces.ts";
import type { WatchSlots } from "./answers/watch-slots.ts";
import { prepareWatch, streamWatch } from "./answers/watch-stream.ts";
import { type WholeList, wholeList } from "./answers/whole-list.ts";
import type { ApiContext } from "./api-context.ts";
import { isServed, verbOf } from "./discovery/verbs.ts";
import { ApiFault, notFound, toFault } from "./wire/api-fault.ts";
import { type DeleteOptions, readDeleteOptions } from "./wire/delete-options.ts";
import { checkFields } from "./wire/field-validation.ts";
import { type AnswerForm, type AnswerMedia, mustBeLines, negotiate } from "./wire/negotiation.ts";
import { patchTypeOf, readObject, readOptions, readPatch } from "./wire/request-body.ts";
import { RequestQuery } from "./wire/request-query.ts";
import { type NamedTarget, parseTarget, type RequestTarget } from "./wire/request-target.ts";
import { warn } from "./wire/warning.ts";

const deletedAtOnce = 64;

type Exchange = {
  readonly context: ApiContext;
  readonly slots: WatchSlots;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly query: RequestQuery;
  readonly form: AnswerForm;
  readonly media: AnswerMedia;
};

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
  const exchange: Exchange = { context, slots, request, reply, query, form, media };
  const { namespace, name } = target;
  try {
    mustBeServed(target, request.method, query);
    if (namespace === undefined || name === undefined) return await handleCollection(exchange, target);
    const named = { ...target, namespace, name };
    return isLog ? await handleLog(exchange, named) : await handleObject(exchange, named);
  } catch (error) {
    throw toFault(error, target.kind, name);
  }
}

async function handleCollection(exchange: Exchange, target: RequestTarget): Promise<void> {
  const { context, request, query } = exchange;
  switch (request.method) {
    case "GET":
      return query.flag("watch") ? await watch(exchange, target) : await list(exchange, target);
    case "POST": {
      if (target.namespace === undefined) throw notAllowed(target, "POST");
      const sent = readObject(request.body, request.headers["content-type"], target.kind);
      checkFields(target.kind, sent, query, exchange.reply);
      const object = withoutStatus(sent);
      const place = { namespace: target.namespace };
      try {
        if (target.kind.everyName) return answer(exchange, target.kind, await asItIs(exchange, target, object), 201);
        const made = await context.writes.create(target.kind, object, place, writeOptions(exchange));
        return answer(exchange, target.kind, made, 201);
      } catch (error) {
        throw toFault(error, target.kind, nameIn(object)); // the path does not say which
      }
    }
    case "DELETE": {
      const options = readDeleteOptions(readOptions(request.body, request.headers["content-type"]), query);
      const gone = await deleteSelected(exchange, target, options);
      return await sendList(exchange, target.kind, { first: gone });
    }
    default:
      throw notAllowed(target, request.method);
  }
}

async function handleObject(exchange: Exchange, target: NamedTarget): Promise<void> {
  const { context, request, query, reply } = exchange;
  const { kind } = target;
  const contentType = request.headers["content-type"];
  switch (request.method) {
    case "GET":
      return answer(exchange, kind, await mustGet(context, target));
    case "PUT":
      return answerWritten(exchange, target, await replace(exchange, target));
    case "PATCH": {
      const { resource, created } = await patch(exchange, target);
      return answerWritten(exchange, target, resource, created ? 201 : 200);
    }
    case "DELETE": {
      const options = readDeleteOptions(readOptions(request.body, contentType), query);
      const { resource, isGone } = await context.writes.delete(kind, target, options.preconditions, options);
      if (!isGone) return answer(exchange, kind, resource);
      return sendJson(reply, 200, JSON.stringify(success(kind, resource)), exchange.media);
    }
    default:
      throw notAllowed(target, request.method);
  }
}

async function replace(exchange: Exchange, target: NamedTarget): Promise<Resource> {
  const { context, request, query, reply } = exchange;
  const object = readObject(request.body, request.headers["content-type"], target.kind);
  checkFields(target.kind, object, query, reply);
  if (target.kind.everyName) return await asItIs(exchange, target, object);
  requireVersion(target, toResource(target.kind, object, target));
  return await replaceResource(context.writes, writeTarget(target), object, writeOptions(exchange));
}

/** Without the version that was read, an update would undo what others wrote since: not every kind allows that. */
function requireVersion({ kind, name }: NamedTarget, { metadata }: Resource): void {
  if (metadata.resourceVersion || kind.unconditionalUpdate) return;
  const message = "Invalid value: 0x0: must be specified for an update";
  throw invalid(kind, name, [{ reason: "FieldValueInvalid", message, field: "metadata.resourceVersion" }]);
}

async function patch(exchange: Exchange, target: NamedTarget): Promise<{ resource: Resource; created: boolean }> {
  const { context, request, query, reply } = exchange;
  const type = patchTypeOf(request.headers["content-type"], target.kind);
  const options = writeOptions(exchange, type === "apply");
  const value = readPatch(request.body, type);
  checkFields(target.kind, value, query, reply);
  if (target.kind.everyName) return { resource: await asItIs(exchange, target, {}), created: false };
  const written = writeTarget(target);
  if (type === "apply")
    return await applyResource(context.writes, written, value, { ...options, force: query.flag("force") });
  return { resource: await patchResource(context.writes, written, type, value, options), created: false };
}

function writeTarget({ kind, namespace, name, subresource }: NamedTarget): WriteTarget {
  return { kind, namespace, name, half: subresource === "status" ? "status" : "content" };
}

/** Of a kind that has every name: what is there. @throws {ResourceError} `invalid`: this can be no name. */
async function asItIs(
  { context, reply }: Exchange,
  { kind, name }: RequestTarget,
  object: JsonObject,
): Promise<Resource> {
  const resource = toResource(kind, object, { namespace: "", ...(name !== undefined && { name }) });
  warn(reply, [`${kind.plural} need no making, and nothing is kept of one but what is in it`]);
  return await context.store.create(kind, resource);
}

function nameIn(object: JsonObject): string {
  const { name } = metadataOf(object);
  return typeof name === "string" ? name : "";
}

/** Deletes what is selected, for as long as the caller is there, and answers with it. What another deleted meanwhile is no fault. */
async function deleteSelected({ context, query, reply }: Exchange, target: RequestTarget, options: DeleteOptions) {
  const list = await context.store.list(target.kind, query.selection(target));
  const remove = async ({ metadata }: Resource): Promise<void> => {
    await context.turns.next();
    try {
      await context.writes.delete(target.kind, metadata, options.preconditions, options);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "not-found") throw error;
    }
  };
  // Some at a time: they share a flush of the disk, and others' writes come in between.
  for (let from = 0; from < list.items.length && !reply.raw.destroyed; from += deletedAtOnce)
    await Promise.all(list.items.slice(from, from + deletedAtOnce).map(remove));
  return list;
}

async function handleLog(exchange: Exchange, target: NamedTarget): Promise<void> {
  const { context, slots, request, reply, query } = exchange;
  await mustGet(context, target);
  if (!context.actionLogs) throw new ApiFault("ServiceUnavailable", "This server keeps no logs of actions");
  const tailLines = query.number("tailLines");
  const action = query.text("action");
  const wanted = {
    follow: query.flag("follow"),
    ...(action && { action }),
    ...(tailLines !== undefined && { tailLines }),
  };
  if (wanted.follow && asksForWebSocket(request.headers)) return answerWithoutWebSocket(reply);
  const release = slots.take();
  try {
    reply.hijack();
    await streamLog(context, target, {
      logs: context.actionLogs,
      query: wanted,
      accept: request.headers.accept,
      response: reply.raw,
    });
  } finally {
    release();
  }
}

async function watch(exchange: Exchange, target: RequestTarget): Promise<void> {
  const { context, slots, request, reply, query, form } = exchange;
  if (asksForWebSocket(request.headers)) return answerWithoutWebSocket(reply);
  mustBeLines(exchange.media);
  const start = await prepareWatch(context, target, query);
  query.selection(target); // for its faults, while they can still be a Status
  query.number("timeoutSeconds");
  const release = slots.take();
  try {
    reply.hijack();
    await streamWatch(context, target, query, { start, form, response: reply.raw });
  } finally {
    release();
  }
}

async function list(exchange: Exchange, target: RequestTarget): Promise<void> {
  const { context, query } = exchange;
  const limit = query.number("limit");
  const continueToken = query.text("continue");
  const options = {
    ...query.selection(target),
    ...(limit !== undefined && { limit }),
    ...(continueToken && { continueToken }),
  };
  if (limit || continueToken)
    return await sendList(exchange, target.kind, { first: await context.store.list(target.kind, options) });
  return await sendList(exchange, target.kind, await wholeList(context.store, target.kind, options));
}

async function sendList(exchange: Exchange, kind: KindInfo, { first, more }: WholeList): Promise<void> {
  const pieces = listPieces(shapeOf(exchange, kind), first, undefined, more);
  await sendPieces(exchange.request, exchange.reply, pieces, exchange.media);
}

/** Who writes what is on its way out may believe that it stays. Who took the last finalizer off knows, and a status is controllers' to write. */
function answerWritten(exchange: Exchange, { kind, subresource }: NamedTarget, object: Resource, status = 200): void {
  const { name, deletionTimestamp, finalizers } = object.metadata;
  if (deletionTimestamp && finalizers?.length && !subresource)
    warn(exchange.reply, [`${kind.singular}/${name} is being deleted: apply it again when it has gone`]);
  answer(exchange, kind, object, status);
}

function answer(exchange: Exchange, kind: KindInfo, object: Resource, status = 200): void {
  sendJson(exchange.reply, status, objectText(shapeOf(exchange, kind), object), exchange.media);
}

function shapeOf({ context, query, form }: Exchange, kind: KindInfo): Shape {
  return { kind, form, includeObject: query.includeObject, nowMs: context.clock.nowMs() };
}

function success(kind: KindInfo, { metadata }: Resource) {
  const details = { name: metadata.name, group: kind.group, kind: kind.plural, uid: metadata.uid };
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details };
}

async function mustGet({ store }: ApiContext, { kind, namespace, name }: NamedTarget): Promise<Resource> {
  const object = await store.get(kind, { namespace, name });
  if (!object) throw notFound(kind, name);
  return object;
}

/** Who writes: as the caller says, or by its User-Agent up to the slash. Apply must say. */
function writeOptions({ request, query }: Exchange, isApply = false) {
  const named = query.text("fieldManager");
  if (isApply && named === "") throw new ApiFault("BadRequest", "fieldManager is required for an apply patch");
  if (named.length > 128) throw new ApiFault("BadRequest", "fieldManager has at most 128 characters");
  const agent = request.headers["user-agent"]?.split("/")[0] ?? "";
  return { manager: named || agent || "unknown", dryRun: query.dryRun };
}

/** What discovery does not list is not answered, whatever the kind. @throws {ApiFault | ResourceError} `MethodNotAllowed`. */
function mustBeServed(target: RequestTarget, method: string, query: RequestQuery): void {
  const verb = verbOf(method, target.name === undefined, query.flag("watch"));
  if (verb !== undefined && isServed(target, verb)) return;
  if (verb?.startsWith("delete") && !target.subresource) refuseForbiddenDeletion(target.kind); // it says why
  throw notAllowed(target, method);
}

function notAllowed({ kind, subresource }: RequestTarget, method: string): ApiFault {
  const what = subresource ? `${kind.plural}/${subresource}` : kind.plural;
  return new ApiFault(
    "MethodNotAllowed",
    `${method} is not supported on resources of kind "${qualifiedName(kind, what)}"`,
  );
}
