// Reads YAML (or JSON) with one or more resources: all of them, or every fault with its place.
import { nearestName, readYamlDocuments, secondsMeant, type YamlDocument, type YamlFault } from "@neverland/yaml";
import { z } from "zod";
import { formatPath } from "../field-path.ts";
import { isObject, type JsonObject } from "../json-value.ts";
import { contentSchemas, type KindInfo } from "../kind-info.ts";
import { apiVersionOf } from "../kind-names.ts";
import { findKind, kinds } from "../kinds.ts";
import { isSensitive, redactedText } from "../redaction.ts";
import { type ObjectMetaInput, objectMetaSchema } from "../resource.ts";
import { asWritten } from "./as-written.ts";
import { withDocumentMarks } from "./json-stream.ts";
import type { ManifestFault } from "./manifest-fault.ts";

export { asWritten } from "./as-written.ts";
export { formatFault, type ManifestFault } from "./manifest-fault.ts";

export type ManifestResource = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMetaInput;
  readonly spec?: unknown;
  readonly status?: unknown;
};
/** Where in its file a resource is written. */
export type ManifestSource = {
  readonly file: string;
  /** One line of it, counted from 1, without its end. */
  readonly line: (number: number) => string;
  /** A fault at the node of this path of the resource, or at the nearest one above it that is there. */
  readonly faultAt: (path: readonly PropertyKey[], message: string) => ManifestFault;
  /** The same at the last key of the path, for what is wrong with that. */
  readonly faultAtKey: (path: readonly PropertyKey[], message: string) => ManifestFault;
};
export type ManifestEntry = {
  readonly kind: KindInfo;
  readonly resource: ManifestResource;
  readonly source: ManifestSource;
};
export type Manifest =
  | {
      readonly ok: true;
      readonly resources: readonly ManifestEntry[];
    }
  | { readonly ok: false; readonly faults: readonly ManifestFault[] };

/** Where in which file: `root` leads from the document to the resource, when that is an item of a List. */
type Place = { readonly file: string; readonly document: YamlDocument; readonly root: readonly PropertyKey[] };
type Read = {
  readonly faults: ManifestFault[];
  readonly entry?: Omit<ManifestEntry, "source">;
  readonly place?: Place;
};

/** A site may have all its machines in one file, and who reads it here is the one who wrote it. */
const limits = { maxTokens: Number.POSITIVE_INFINITY, maxLines: Number.POSITIVE_INFINITY };

/**
 * Empty documents are left out. The items of a List (as `kubectl get -o yaml` prints several objects) are resources like
 * any other. Scalars are read as Kubernetes reads them, by YAML 1.1: `yes`, `no`, `on` and `off`
 * unquoted are booleans and `0755` is octal, so a text that looks so must be quoted; the fault says it.
 * @param file The name to show in faults.
 */
export function readManifest(text: string, file: string): Manifest {
  const reads = readYamlDocuments(withDocumentMarks(text), { limits }).flatMap((one) =>
    one.ok ? read(one.document, file) : [{ faults: one.faults.map((fault) => notYaml(file, fault)) }],
  );
  const faults = reads.flatMap((one) => one.faults);
  if (faults.length > 0) return { ok: false, faults };
  const lines = text.split(/\r?\n/);
  const resources = reads.flatMap(({ entry, place }) =>
    entry && place ? [{ ...entry, source: sourceOf(place, lines) }] : [],
  );
  return { ok: true, resources };
}

function sourceOf(place: Place, lines: readonly string[]): ManifestSource {
  return {
    file: place.file,
    line: (number) => lines[number - 1] ?? "",
    faultAt: (path, message) => faultAt(place, path, message),
    faultAtKey: (path, message) => ({
      ...faultAt(place, path, message),
      ...place.document.placeOfKey([...place.root, ...path]),
    }),
  };
}

function notYaml(file: string, { line, column, message }: YamlFault): ManifestFault {
  return { file, line, column, field: "", message: `no valid YAML: ${message}` };
}

/** Nothing between two separators, or comments alone, is no resource and no fault. */
function read(document: YamlDocument, file: string): Read[] {
  const { value } = document;
  const place = { file, document, root: [] };
  if (value === null) return [];
  return isObject(value)
    ? readAll(value, place)
    : [{ faults: [faultAt(place, [], Array.isArray(value) ? notAList : notAResource)] }];
}

const notAResource = "expected a resource: an object with apiVersion and kind";
const notAList = `${notAResource}; several are parted by lines of three dashes, or are the items of a List`;

/** The resource, or a List's. Kinds end in List only when they are one, here and in Kubernetes. */
function readAll(value: JsonObject, place: Place): Read[] {
  const { kind, items } = value;
  if (typeof kind !== "string" || !kind.endsWith("List")) return [readResource(value, place)];
  if (!Array.isArray(items)) {
    const found = items === undefined || items === null ? "but it is missing" : "found one thing";
    return [{ faults: [faultAt(place, ["items"], `expected list, ${found}: put "- " before each object`, "items")] }];
  }
  return items.map((item: unknown, index) => {
    const inside = { ...place, root: ["items", index] };
    return isObject(item) ? readResource(item, inside) : { faults: [faultAt(inside, [], notAResource)] };
  });
}

const typeSchema = z.looseObject({ apiVersion: z.string(), kind: z.string() });
const headerSchema = typeSchema.extend({ metadata: objectMetaSchema });

function readResource(value: JsonObject, place: Place): Read {
  const type = typeSchema.safeParse(value);
  if (!type.success) return { faults: headerFaults(place, value, type.error.issues) };
  // Of what is no kind of ours nothing else is known, not even whether it has metadata.
  const kind = findKind(type.data.apiVersion, type.data.kind);
  if (!kind) return { faults: [noSuchKind(place, type.data)] };
  const header = headerSchema.safeParse(asWritten(value));
  if (!header.success) return { faults: headerFaults(place, value, header.error.issues) };
  const resource: ManifestResource = header.data;
  const named = Boolean(resource.metadata.name || resource.metadata.generateName);
  const unnamed = named ? [] : [faultAt(place, ["metadata"], "expected a name", "metadata.name")];
  const faults = contentSchemas(kind).flatMap(([name, schema]) => {
    const content = Reflect.get(resource, name) ?? (name === "spec" ? {} : undefined);
    const read = schema.safeParse(content);
    return read.success ? [] : issuesToFaults(place, value, read.error.issues, [name], kind);
  });
  const useless = (kind.faults?.(resource) ?? []).map(({ path, message }) => faultAt(place, path, message));
  return { faults: [...unnamed, ...faults, ...useless], entry: { kind, resource }, place };
}

/** What is missing may be there under a name that is like it. */
function headerFaults(place: Place, value: JsonObject, issues: readonly z.core.$ZodIssue[]): ManifestFault[] {
  return issuesToFaults(place, value, issues, []).map((fault, at) => {
    const [name, ...rest] = issues[at]?.path ?? [];
    if (typeof name !== "string" || rest.length > 0 || Object.hasOwn(value, name)) return fault;
    const near = nearestName(name, Object.keys(value).slice(0, mostCompared));
    if (near === undefined) return fault;
    return {
      ...fault,
      ...place.document.placeOfKey([...place.root, near]),
      message: `${fault.message}; is ${near} to be ${name}?`,
    };
  });
}

const mostCompared = 50;

type TypeMeta = { readonly apiVersion: string; readonly kind: string };

function noSuchKind(place: Place, { apiVersion, kind }: TypeMeta): ManifestFault {
  const all = Object.values<KindInfo>(kinds);
  const text = `there is no ${kind} in ${apiVersion}`;
  const at = (field: string, message: string): ManifestFault => faultAt(place, [field], message);
  const elsewhere = all.find((info) => info.kind === kind);
  if (elsewhere) return at("apiVersion", `${text}; it is in ${apiVersionOf(elsewhere)}`);
  if (apiVersion.startsWith("kustomize.config.k8s.io/"))
    return at("kind", `${text}; this is kustomize's own file: kubectl kustomize DIR | tink apply -f -`);
  const short = kind.trim().toLowerCase();
  const named = all.find(({ plural, shortNames }) => plural === short || shortNames.includes(short))?.kind;
  const names = [...all.map((info) => info.kind), "List"];
  const meant = named ?? nearestName(kind, names);
  const hint = meant === undefined ? `; there are ${names.join(", ")}` : `; did you mean ${meant}?`;
  return at("kind", `${text}${hint}`);
}

function issuesToFaults(
  place: Place,
  value: unknown,
  issues: readonly z.core.$ZodIssue[],
  root: readonly string[],
  kind?: KindInfo,
): ManifestFault[] {
  return issues.map((issue) => {
    const path = [...root, ...issue.path];
    const found = valueAt(value, path);
    const isShown = found === undefined || kind === undefined || !isSensitive(kind, path);
    const written = place.document.wordAt([...place.root, ...path]);
    return faultAt(place, path, isShown ? describe(issue, found, written) : describe(issue, redactedText));
  });
}

/** What is no word of YAML's. */
const inWords: Readonly<Record<string, string>> = { array: "list", record: "object", int: "number" };

/** @param written Without quotes: what people search their file for. */
function describe(issue: z.core.$ZodIssue, found: unknown, written?: string): string {
  if (issue.code === "invalid_value")
    return `expected one of ${issue.values.map((one) => JSON.stringify(one)).join(", ")}`;
  if (issue.code !== "invalid_type") return issue.message;
  const expected = inWords[issue.expected] ?? issue.expected;
  if (found === undefined) return `expected ${expected}, but it is missing`;
  const isWord = typeof found === "boolean" || typeof found === "number";
  const shown = ((isWord && written) || JSON.stringify(found))?.slice(0, 60) ?? "nothing";
  const isTrap = isWord && issue.expected === "string";
  const hint = isTrap
    ? "; unquoted words such as yes, no, on and off, and numbers, are no text: put it in quotes"
    : hintFor(expected, found);
  return `expected ${expected}, found ${shown}${hint}`;
}

/** What was probably meant by a value of another type. */
function hintFor(expected: string, found: unknown): string {
  const text = String(found).trim().toLowerCase();
  switch (expected) {
    case "boolean":
      if (/^(true|yes|y|on|1)$/.test(text)) return ": write true, without quotes";
      return /^(false|no|n|off|0)$/.test(text) ? ": write false, without quotes" : "";
    case "number": {
      const seconds = secondsMeant(text);
      if (/^-?\d+$/.test(text)) return `: write ${text}, without quotes`;
      return seconds === undefined ? "" : `: seconds are written as a number alone: ${seconds}`;
    }
    case "list":
      return isObject(found) ? ': put "- " before its first key' : `: put "- " before it, in a line of its own`;
    default:
      return "";
  }
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
  { file, document, root }: Place,
  path: readonly PropertyKey[],
  message: string,
  field?: string,
): ManifestFault {
  const whole = [...root, ...path];
  const shown = field === undefined ? whole : [...root, field];
  return { file, ...document.placeOf(whole), field: formatPath(shown), message };
}
