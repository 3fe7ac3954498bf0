// The request to let go of a namespace, by which people free one that does not go: it goes by itself with the last object that is in it.
import { type KindInfo, member, type Resource } from "@neverland/api";
import { toResource } from "@neverland/resources/resource-input.ts";
import { ApiFault, notFound } from "../wire/api-fault.ts";
import { readObject } from "../wire/request-body.ts";
import type { NamedTarget } from "../wire/request-target.ts";
import { answer, type Exchange } from "./exchange.ts";

const mostNamed = 5;

/** Nothing is written: the finalizers in its spec are the same for every namespace. @throws {ApiFault} `Conflict` while something is in it. */
export async function finalize(exchange: Exchange, target: NamedTarget): Promise<void> {
  const { context, request } = exchange;
  const { kind, name, namespace } = target;
  const wanted = toResource(kind, readObject(request.body, request.headers["content-type"], kind), target);
  const live = await context.store.get(kind, { namespace, name });
  if (live === undefined) throw notFound(kind, name);
  const { resourceVersion, deletionTimestamp } = live.metadata;
  const read = wanted.metadata.resourceVersion;
  if (read && read !== resourceVersion)
    throw new ApiFault(
      "Conflict",
      `${kind.singular} ${name} is at version ${resourceVersion}, not ${read}: read it again`,
    );
  const isToGo = [member(wanted.spec, "finalizers") ?? []].flat().length === 0;
  if (isToGo && deletionTimestamp) await mustBeEmpty(exchange, name);
  await answer(exchange, kind, live);
}

async function mustBeEmpty({ context }: Exchange, namespace: string): Promise<void> {
  const held = context.kinds
    .values()
    .filter(({ scope, deletable, isView }) => scope === "namespace" && deletable && !isView);
  const lists = await Promise.all(
    held.map(async (kind) => (await context.store.list(kind, { namespace })).items.map((object) => ({ kind, object }))),
  );
  const left = lists.flat();
  if (left.length === 0) return;
  // First those that wait for somebody: the rest goes after them.
  const [waiting, others] = [left.filter(isHeld), left.filter((each) => !isHeld(each))];
  const named = [...waiting, ...others].slice(0, mostNamed).map(sentenceOf).join(", ");
  const more = left.length > mostNamed ? `, and ${left.length - mostNamed} more` : "";
  const advice = "it goes with the last of them; take a finalizer off by hand only when what it waits for never comes";
  throw new ApiFault("Conflict", `namespace ${namespace} still holds ${named}${more}: ${advice}`);
}

type Held = { readonly kind: KindInfo; readonly object: Resource };

function isHeld({ object }: Held): boolean {
  return Boolean(object.metadata.finalizers?.length);
}

function sentenceOf({ kind, object: { metadata } }: Held): string {
  const finalizers = metadata.finalizers ?? [];
  return `${kind.singular}/${metadata.name}${finalizers.length > 0 ? ` (kept by ${finalizers.join(", ")})` : ""}`;
}
