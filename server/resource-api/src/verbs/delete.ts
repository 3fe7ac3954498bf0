// The verbs that delete: one object, or all that are selected.
import type { KindInfo, Resource } from "@neverland/api";
import { StoreError, writesAtOnce } from "@neverland/store/resource-store.ts";
import { sendValue } from "../answers/send-json.ts";
import { detailsOf } from "../wire/api-fault.ts";
import { type DeleteOptions, readDeleteOptions } from "../wire/delete-options.ts";
import { readOptions } from "../wire/request-body.ts";
import type { NamedTarget, RequestTarget } from "../wire/request-target.ts";
import { noteEffects } from "./check-content.ts";
import { answer, type Exchange, sendList } from "./exchange.ts";

export async function deleteObject(exchange: Exchange, target: NamedTarget): Promise<void> {
  const { context, reply, media } = exchange;
  const { kind } = target;
  const options = optionsOf(exchange);
  const { resource, isGone } = await context.writes.delete(kind, target, options.preconditions, options);
  await noteEffects(exchange, kind, resource, "deleted");
  if (isGone) await sendValue(reply, 200, success(kind, resource), media);
  else await answer(exchange, kind, resource);
}

export async function deleteCollection(exchange: Exchange, target: RequestTarget): Promise<void> {
  const gone = await deleteSelected(exchange, target, optionsOf(exchange));
  await sendList(exchange, target.kind, { first: gone });
}

/** Deletes what is selected, for as long as the caller is there, and answers with it. What another deleted meanwhile is no fault. */
async function deleteSelected({ context, query, reply }: Exchange, target: RequestTarget, options: DeleteOptions) {
  const list = await context.store.list(target.kind, query.selection(target));
  const remove = async ({ metadata }: Resource): Promise<void> => {
    await context.turns.next();
    if (reply.raw.destroyed) return;
    try {
      await context.writes.delete(target.kind, metadata, options.preconditions, options);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "not-found") throw error;
    }
  };
  // Some at a time: they share a flush of the disk, and others' writes come in between.
  for (let from = 0; from < list.items.length && !reply.raw.destroyed; from += writesAtOnce)
    await Promise.all(list.items.slice(from, from + writesAtOnce).map(remove));
  return list;
}

function optionsOf({ request, query }: Exchange): DeleteOptions {
  return readDeleteOptions(readOptions(request.body, request.headers["content-type"]), query);
}

function success(kind: KindInfo, { metadata }: Resource) {
  const details = { ...detailsOf(kind, metadata.name), uid: metadata.uid };
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details };
}
