// Objects as the JSON text of an answer, and lists as that or as YAML, in the form that was asked for. What the store has as text already is
// not serialised again, and lists come in slices.
import { apiVersionOf, type KindInfo, type Resource } from "@neverland/api";
import type { MachineViewLookup } from "@neverland/component-kit/lent-ports.ts";
import { Breather } from "@neverland/platform/wait/breather.ts";
import { resourceJson } from "@neverland/store/resource-json.ts";
import type { ResourceList } from "@neverland/store/resource-store.ts";
import { emitYaml, emitYamlPieces } from "@neverland/yaml";
import { type AnswerForm, type AnswerMedia, isTable, metaVersionOf } from "../wire/negotiation.ts";
import { cellsOf, columnsOf, type IncludeObject } from "./table.ts";

export type Shape = {
  readonly kind: KindInfo;
  readonly form: AnswerForm;
  readonly includeObject: IncludeObject;
  /** What ages are counted from. */
  readonly nowMs: number;
  /** Where columns of Hardware look besides. */
  readonly machineViews?: MachineViewLookup | undefined;
};

/** Of so many characters is a piece of a list: enough for one write, and no more than is copied in no time. */
const pieceLength = 64 * 1024;
/** A list of no more is an answer like any other. */
const fewItems = 64;
/** So many objects are taken between two looks at the clock. */
const lookEvery = 16;

/** @param withColumns Whether a Table says what its columns are. */
export function objectText(shape: Shape, object: Resource, withColumns = true): string {
  if (!isTable(shape.form)) return itemText(shape, object);
  const { resourceVersion } = object.metadata;
  return `${tableHead(shape, { resourceVersion }, withColumns)}${itemText(shape, object)}]}`;
}

/** What `objectText` is the text of; not read back from that where it is at hand, which would hold the loop for an object of megabytes. */
export function objectValue(shape: Shape, object: Resource): unknown {
  return shape.form === "object" ? shown(shape.kind, object) : JSON.parse(objectText(shape, object));
}

/**
 * A list in pieces, letting the event loop go on between them: it may be of every machine there is.
 * @param more Reads the page after; then all pages are one list.
 */
export async function* listPieces(
  shape: Shape,
  list: ResourceList,
  breather = new Breather(),
  more?: (continueToken: string) => Promise<ResourceList>,
  media: AnswerMedia = "application/json",
): AsyncGenerator<string, void> {
  const isYaml = media === "application/yaml";
  const head = listHead(shape, metadataOf(list, more === undefined));
  let piece = isYaml ? yamlHead(head) : head;
  let separator = "";
  if (list.items.length > fewItems) await breather.breathe();
  for (let page: ResourceList | undefined = list; page !== undefined; ) {
    for (const [at, item] of page.items.entries()) {
      if (!isYaml) piece += separator + itemText(shape, item);
      else
        for (const part of yamlItem(shape, item)) {
          piece += part;
          if (breather.isDue) await breather.breathe();
        }
      separator = ",";
      if (at % lookEvery === lookEvery - 1 && breather.isDue) await breather.breathe();
      if (piece.length < pieceLength) continue;
      yield piece;
      piece = "";
    }
    page = page.continueToken === undefined ? undefined : await more?.(page.continueToken);
  }
  if (isYaml) yield separator === "" ? `${piece.trimEnd()} []\n` : piece;
  else yield `${piece}]}`;
}

/** Of a list's text, as JSON up to its first item. */
function yamlHead(json: string): string {
  return emitYaml(JSON.parse(`${json}]}`)).replace(/ \[\]\n$/, "\n");
}

function* yamlItem(shape: Shape, object: Resource): Generator<string, void> {
  yield "- ";
  yield* emitYamlPieces(
    shape.form === "object" ? shown(shape.kind, object) : JSON.parse(itemText(shape, object)),
    "  ",
  );
}

function metadataOf({ resourceVersion, continueToken, remainingItemCount }: ResourceList, isPage: boolean): object {
  return {
    resourceVersion,
    ...(isPage && continueToken !== undefined && { continue: continueToken }),
    ...(isPage && remainingItemCount !== undefined && { remainingItemCount }),
  };
}

function listHead(shape: Shape, metadata: object): string {
  if (isTable(shape.form)) return tableHead(shape, metadata, true);
  const { kind, form } = shape;
  const head =
    form === "object"
      ? { kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind), metadata }
      : { kind: "PartialObjectMetadataList", apiVersion: metaVersionOf(form), metadata };
  return `${open(head)},"items":[`;
}

function tableHead({ kind, form }: Shape, metadata: object, withColumns: boolean): string {
  const columnDefinitions = withColumns ? columnsOf(kind) : [];
  return `${open({ kind: "Table", apiVersion: metaVersionOf(form), metadata, columnDefinitions })},"rows":[`;
}

function itemText({ kind, form, includeObject, nowMs, machineViews }: Shape, stored: Resource): string {
  const object = shown(kind, stored);
  if (form === "object") return resourceJson(object);
  if (!isTable(form)) return partialText(form, object);
  const cells = JSON.stringify(
    cellsOf(kind, object, nowMs, kind.hasView ? machineViews?.of(object.metadata) : undefined),
  );
  if (includeObject === "None") return `{"cells":${cells}}`;
  return `{"cells":${cells},"object":${includeObject === "Object" ? resourceJson(object) : partialText(form, object)}}`;
}

/** What belongs to no namespace has none, not one without a name. */
function shown({ scope }: KindInfo, object: Resource): Resource {
  if (scope !== "cluster") return object;
  const { namespace: _, ...metadata } = object.metadata;
  return { ...object, metadata: metadata as Resource["metadata"] };
}

/** Metadata alone, as clients that need no more ask for it. */
function partialText(form: AnswerForm, { metadata }: Resource): string {
  return `{"kind":"PartialObjectMetadata","apiVersion":"${metaVersionOf(form)}","metadata":${JSON.stringify(metadata)}}`;
}

/** An object's text without its end. */
function open(object: object): string {
  return JSON.stringify(object).slice(0, -1);
}
