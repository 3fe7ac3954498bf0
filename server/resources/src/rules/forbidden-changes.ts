// Changes that are refused however valid the object would be.
import { isDeepStrictEqual } from "node:util";
import { contentSchemas, formatKey, type KindInfo, qualifiedName, type Resource } from "@neverland/api";
import { sameJson } from "@neverland/store/resource-json.ts";
import { invalid, ResourceError } from "../resource-error.ts";

/** @throws {ResourceError} `unchangeable`, `invalid`, `claimed`. */
export function refuseForbiddenChanges(kind: KindInfo, live: Resource, next: Resource): void {
  if (kind.record) refuseNewContent(kind, live, next);
  refuseNewFinalizers(kind, live, next);
  refuseFixedFields(kind, live, next);
  refuseOtherClaims(kind, live, next);
}

/** What the API makes of other objects would be kept where nobody reads it. @throws {ResourceError} `unchangeable`. */
export function refuseForbiddenCreation(kind: KindInfo): void {
  if (kind.isView)
    throw unchangeable(kind, "are shown as other objects make them, and cannot be written: write those instead");
}

/** Of any object of the kind, and of all of them. @throws {ResourceError} `unchangeable`. */
export function refuseForbiddenDeletion(kind: KindInfo): void {
  if (kind.isView)
    throw unchangeable(kind, "are shown as other objects make them, and go with those: delete those instead");
  if (!kind.deletable)
    throw unchangeable(kind, "cannot be deleted: each is kept until its time is over, and then goes by itself");
}

function unchangeable(kind: KindInfo, why: string): ResourceError {
  return new ResourceError("unchangeable", `${qualifiedName(kind, kind.plural)} ${why}`, { kind });
}

/**
 * Of what cannot be read: a change of its labels or its status alone would put an empty object in the place of a text that
 * somebody may yet mend.
 * @throws {ResourceError} `invalid`.
 */
export function refuseWithoutContent(kind: KindInfo, { metadata, ...next }: Resource): void {
  const names = contentSchemas(kind).map(([name]) => name);
  if (names.some((name) => Reflect.get(next, name) !== undefined)) return;
  const why = `what is stored of ${kind.kind} ${formatKey(metadata)} cannot be read; replace the whole of it, or delete it`;
  const fault = { reason: "FieldValueRequired", message: `Required value: ${why}`, field: names.join(" or ") };
  throw invalid(kind, metadata.name, [fault]);
}

/** A record says what happened. Its metadata may change: owners and finalizers are about its life, not about the fact. */
function refuseNewContent(kind: KindInfo, live: Resource, next: Resource): void {
  if (isDeepStrictEqual(live.spec, next.spec)) return;
  const { namespace, name } = live.metadata;
  throw new ResourceError(
    "unchangeable",
    `${kind.kind} ${namespace}/${name} is a record and never changes; what is to be said otherwise is another record`,
    { kind },
  );
}

/** In Kubernetes' words, and without the values: they may be secret. */
function refuseFixedFields(kind: KindInfo, live: Resource, next: Resource): void {
  if (kind.immutable === undefined) return;
  const { always, whileSet } = kind.immutable;
  const isSet = Reflect.get(live, whileSet.flag) === true;
  const instead = `make a ${kind.kind} of another name and name that where this one is used, or delete this one and apply it again`;
  const isChanged = (field: string) => !sameJson(Reflect.get(live, field) ?? null, Reflect.get(next, field) ?? null);
  const whole = always.filter(isChanged).map((field) => {
    return { reason: "FieldValueInvalid", message: `Invalid value: field is immutable; ${instead}`, field };
  });
  const held = (isSet ? whileSet.fields : []).filter(isChanged).map((field) => {
    const message = `Forbidden: field is immutable when \`${whileSet.flag}\` is set; ${instead}`;
    return { reason: "FieldValueForbidden", message, field };
  });
  const faults = [...whole, ...held];
  if (faults.length > 0) throw invalid(kind, live.metadata.name, faults);
}

/** A conflict, so that a controller looks anew and takes another. */
function refuseOtherClaims({ kind, claims = [] }: KindInfo, live: Resource, next: Resource): void {
  const taken = claims.find((label) => {
    const [before, after] = [live.metadata.labels?.[label], next.metadata.labels?.[label]];
    return before && after && before !== after;
  });
  if (taken === undefined) return;
  const { namespace, name, labels } = live.metadata;
  const advice = `look for another ${kind}, or take the label off first if its owner has gone`;
  const text = `${kind} ${namespace}/${name} is taken: its label ${taken} is ${labels?.[taken]}, not ${next.metadata.labels?.[taken]}; ${advice}`;
  const fault = {
    reason: "FieldManagerConflict",
    message: `is ${labels?.[taken]}`,
    field: `metadata.labels[${taken}]`,
  };
  throw new ResourceError("claimed", text, { faults: [fault] });
}

/** An object on its way out can only lose finalizers, or it might never go. */
function refuseNewFinalizers(kind: KindInfo, live: Resource, next: Resource): void {
  const present = live.metadata.finalizers ?? [];
  const added = (next.metadata.finalizers ?? []).filter((finalizer) => !present.includes(finalizer));
  if (!live.metadata.deletionTimestamp || added.length === 0) return;
  const message = `Forbidden: no new finalizers can be added if the object is being deleted, found ${added.join(", ")}; leave them out, or make the object again once it has gone`;
  throw invalid(kind, live.metadata.name, [{ reason: "FieldValueForbidden", message, field: "metadata.finalizers" }]);
}
