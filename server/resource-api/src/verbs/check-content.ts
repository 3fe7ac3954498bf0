// What a client wants to hear of content that its kind has a language of its own for (the query's fieldValidation): as of unknown fields.
import type { KindInfo, Resource } from "@neverland/api";
import { invalid } from "@neverland/resources/resource-error.ts";
import { partsOf } from "../wire/field-validation.ts";
import type { NamedTarget } from "../wire/request-target.ts";
import { warn } from "../wire/warning.ts";
import type { Exchange } from "./exchange.ts";

/**
 * What is stored already is warned of alone, so that the rest of the object can be changed.
 * @param sent An object, a part of one that is to be merged into one, or the operations of a JSON patch.
 * @throws {ResourceError} `invalid` in `Strict`.
 */
export async function checkContent(
  { context, reply, query }: Exchange,
  { kind, namespace, name, subresource }: NamedTarget,
  sent: unknown,
): Promise<void> {
  if (query.fieldValidation === "Ignore" || subresource !== undefined) return;
  const { faults, notes } = await context.lookAtContent(kind, { name, parts: partsOf(sent) });
  if (faults.length > 0 && query.fieldValidation === "Strict") {
    const stored = name === "" ? undefined : await context.store.get(kind, { namespace, name });
    const known = stored && (await context.lookAtContent(kind, { name, parts: [stored] }));
    const isStored = (message: string): boolean => known?.faults.some((each) => each.message === message) ?? false;
    const added = faults.filter(({ message }) => !isStored(message));
    if (added.length > 0)
      throw invalid(
        kind,
        name,
        added.map(({ field, message }) => ({
          reason: "FieldValueInvalid",
          field,
          message: `Invalid value: ${message}`,
        })),
      );
  }
  warn(reply, [...faults.map(({ field, message }) => `${field}: ${message}`), ...notes]);
}

/** In characters; a template's faults are told where it is written. */
const longestNote = 512;

/** Of what was written or deleted, or would be: what that does to others. No validation, so it is said whatever was asked of that. */
export async function noteEffects(
  { context, reply }: Exchange,
  kind: KindInfo,
  object: Resource,
  done: "written" | "deleted",
): Promise<void> {
  if (done === "written" && object.metadata.deletionTimestamp) return;
  const unseen = `what that does to others could not be looked at, and it is ${done} all the same`;
  await note(reply, context.lookAtEffects(kind, object, done), unseen);
}

/** Of what was written, or would be: what it names and is not there yet, or does not fit. */
export async function noteReferences(
  { context, reply, query }: Exchange,
  kind: KindInfo,
  object: Resource,
): Promise<void> {
  if (query.fieldValidation === "Ignore" || kind.references === undefined || object.metadata.deletionTimestamp) return;
  const unseen = "what it names could not be looked at, and it is written all the same";
  await note(reply, context.lookAtReferences(kind, object), unseen);
}

/** @param unseen Said where the look itself failed: that is no reason to refuse what is done already. */
async function note(reply: Exchange["reply"], look: Promise<readonly string[]>, unseen: string): Promise<void> {
  const notes = await look.catch((error: unknown) => [`${unseen}: ${error}`]);
  warn(
    reply,
    notes.map((each) => each.slice(0, longestNote)),
  );
}
