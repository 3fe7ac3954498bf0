// Reads YAML (or JSON) with one or more resources: all of them, or every fault with its place.
import { type Document, isMap, isScalar, LineCounter, parseAllDocuments, type Tags } from "yaml";
import { z } from "zod";
import { findKind, type KindInfo, kinds } from "../kinds.ts";
import { type ObjectMetaInput, objectMetaSchema } from "../resource.ts";
import { asWritten } from "./as-written.ts";
import type { ManifestFault } from "./manifest-fault.ts";

export { formatFault, type ManifestFault } from "./manifest-fault.ts";

export type ManifestResource = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMetaInput;
  readonly spec?: unknown;
};
export type Manifest =
  | {
      readonly ok: true;
      readonly resources: readonly { readonly kind: KindInfo; readonly resource: ManifestResource }[];
    }
  | { readonly ok: false; readonly faults: readonly ManifestFault[] };

/** Where in which file: `root` leads from the document to the resource, when that is an item of a List. */
type Place = { readonly file: string; readonly lines: LineCounter; readonly root: readonly PropertyKey[] };
type Read = { readonly faults: ManifestFault[]; readonly resource?: ManifestResource; readonly kind?: KindInfo };

/** Aliases that one document may expand to: more is an attack on memory. */
const maxAliasCount = 100;

/**
 * Empty documents are left out. The items of a List (as `kubectl get -o yaml` prints several objects) are resources like
 * any other. Scalars are read as Kubernetes reads them, by YAML 1.1: `yes`, `no`, `on` and `off`
 * unquoted are booleans and `0755` is octal, so a text that looks so must be quoted; the fault says it.
 * @param file The name to show in faults.
 */
export function readManifest(text: string, file: string): Manifest {
  const lines = new LineCounter();
  const place = { file, lines, root: [] };
  const documents = parseAllDocuments(text, {
    version: "1.1",
    customTags: withoutTimes,
    lineCounter: lines,
    prettyErrors: false,
  });
  if ("empty" in documents) return { ok: true, resources: [] };
  const reads = documents.filter((document) => !isEmpty(document)).flatMap((document) => read(document, place));
  const faults = reads.flatMap((one) => one.faults);
  if (faults.length > 0) return { ok: false, faults };
  const resources = reads.flatMap(({ kind, resource }) => (kind && resource ? [{ kind, resource }] : []));
  return { ok: true, resources };
}

/** Nothing between two separators, or comments alone. */
function isEmpty({ contents, errors }: Document.Parsed): boolean {
  return errors.length === 0 && (contents === null || (isScalar(contents) && contents.value === null));
}

/** YAML 1.1 reads the MAC 52:54:00:00:00:01 as a number to base 60, and dates as dates; Kubernetes does neither. */
function withoutTimes(tags: Tags): Tags {
  return tags.filter(
    (tag) => typeof tag === "string" || (tag.format !== "TIME" && tag.tag !== "tag:yaml.org,2002:timestamp"),
  );
}

function read(document: Document.Parsed, place: Place): Read[] {
  const errors = document.errors.map((error) => fault(place, error.pos[0], "", `no valid YAML: ${error.message}`));
  if (errors.length > 0) return [{ faults: errors }];
  const start = document.contents?.range?.[0] ?? 0;
  if (!isMap(document.contents)) return [{ faults: [fault(place, start, "", notAResource)] }];
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount });
  } catch (error) {
    return [{ faults: [fault(place, start, "", error instanceof Error ? error.message : String(error))] }];
  }
  return readAll(document, value, place);
}

const notAResource = "expected a resource: an object with apiVersion and kind";
const listSchema = z.looseObject({ kind: z.string().regex(/List$/), items: z.array(z.unknown()) });

/** The resource, or a List's. Kinds end in List only when they are one, here and in Kubernetes. */
function readAll(document: Document.Parsed, value: unknown, place: Place): Read[] {
  const list = listSchema.safeParse(value);
  if (!list.success) return [readResource(document, value, place)];
  return list.data.items.map((item, index) => {
    const inside = { ...place, root: ["items", index] };
    const isObject = typeof item === "object" && item !== null && !Array.isArray(item);
    return isObject ? readResource(document, item, inside) : { faults: [faultAt(document, inside, [], notAResource)] };
  });
}

const headerSchema = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata: objectMetaSchema });

function readResource(document: Document.Parsed, value: unknown, place: Place): Read {
  const header = headerSchema.safeParse(asWritten(value));
  if (!header.success) return { faults: issuesToFaults(document, place, value, header.error.issues, []) };
  const resource: ManifestResource = header.data;
  const kind = findKind(resource.apiVersion, resource.kind);
  if (!kind) {
    const known = Object.values(kinds).map((info) => `${info.kind} (${info.group}/${info.version})`);
    const text = `there is no ${resource.kind} in ${resource.apiVersion}; there are ${known.join(", ")}`;
    return { faults: [faultAt(document, place, ["kind"], text)] };
  }
  const named = Boolean(resource.metadata.name || resource.metadata.generateName);
  const unnamed = named ? [] : [faultAt(document, place, ["metadata"], "expected a name", "metadata.name")];
  const spec = kind.spec.safeParse(resource.spec ?? {});
  const faults = spec.success ? [] : issuesToFaults(document, place, value, spec.error.issues, ["spec"]);
  return { faults: [...unnamed, ...faults], resource, kind };
}

function issuesToFaults(
  document: Document.Parsed,
  place: Place,
  value: unknown,
  issues: readonly z.core.$ZodIssue[],
  root: readonly string[],
): ManifestFault[] {
  return issues.map((issue) => {
    const path = [...root, ...issue.path];
    return faultAt(document, place, path, describe(issue, valueAt(value, path)));
  });
}

function describe(issue: z.core.$ZodIssue, found: unknown): string {
  if (issue.code === "invalid_value")
    return `expected one of ${issue.values.map((one) => JSON.stringify(one)).join(", ")}`;
  if (issue.code !== "invalid_type") return issue.message;
  if (found === undefined) return `expected ${issue.expected}, but it is missing`;
  const shown = JSON.stringify(found)?.slice(0, 60) ?? "nothing";
  const isTrap = issue.expected === "string" && (typeof found === "boolean" || typeof found === "number");
  const hint = isTrap ? "; unquoted words such as yes, no, on and off, and numbers, are no text: put it in quotes" : "";
  return `expected ${issue.expected}, found ${shown}${hint}`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (part, step) =>
      typeof part === "object" && part !== null && Object.hasOwn(part, step) ? Reflect.get(part, step) : undefined,
    value,
  );
}

/** At the node of the path, or at the nearest one above it that is there. */
function faultAt(
  document: Document.Parsed,
  place: Place,
  path: readonly PropertyKey[],
  message: string,
  field?: string,
) {
  const whole = [...place.root, ...path];
  const shown = field === undefined ? whole : [...place.root, field];
  return fault(place, offsetOf(document, whole), formatPath(shown), message);
}

function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (typeof node !== "object" || node === null || !("range" in node)) continue;
    if (Array.isArray(node.range)) return Number(node.range[0]);
  }
  return document.contents?.range?.[0] ?? 0;
}

function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`))
    .join("")
    .replace(/^\./, "");
}

function fault({ file, lines }: Place, offset: number, field: string, message: string): ManifestFault {
  const { line, col } = lines.linePos(offset);
  return { file, line, column: col, field, message };
}
