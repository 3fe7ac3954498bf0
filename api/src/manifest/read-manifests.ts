// Reads manifests, YAML or JSON, into objects. Each fault is told with file, line, column, field and what was expected;
// with any fault there are no objects, so nothing is half applied.
import { type Document, LineCounter, type Node, parseAllDocuments, type YAMLError } from "yaml";
import { z } from "zod";
import type { ObjectInput } from "../client/client.ts";
import { apiVersionOf, findKind, type KindInfo, kinds } from "../kinds.ts";
import { objectMetaSchema } from "../resource.ts";

export type ManifestSource = { readonly file: string; readonly text: string };

/** One fault. Lines and columns count from 1. `field` is a path such as `spec.interfaces[0].dhcp.mac`, or empty. */
export type ManifestFault = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly field: string;
  readonly message: string;
};

/** Some manifest is wrong; `faults` has all of them, in order. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";
  readonly code = "bad-manifest";
  readonly faults: readonly ManifestFault[];
  constructor(faults: readonly ManifestFault[]) {
    super(faults.map(formatFault).join("\n"));
    this.faults = faults;
  }
}

function formatFault({ file, line, column, field, message }: ManifestFault): string {
  return `${file}:${line}:${column}: ${field === "" ? "" : `${field}: `}${message}`;
}

/** More than any hand-written manifest; what is larger is a mistake. */
const largestTextBytes = 16 * 1024 * 1024;

/** @throws {ManifestError} With the faults of all files. */
export function readManifests(sources: readonly ManifestSource[]): ObjectInput[] {
  const faults: ManifestFault[] = [];
  const objects = sources.flatMap((source) => readSource(source, faults));
  if (faults.length > 0) throw new ManifestError(faults);
  return objects;
}

function readSource({ file, text }: ManifestSource, faults: ManifestFault[]): ObjectInput[] {
  const lines = new LineCounter();
  const report = (offset: number, path: readonly PropertyKey[], message: string): void => {
    const { line, col } = lines.linePos(offset);
    faults.push({ file, line: Math.max(line, 1), column: Math.max(col, 1), field: formatPath(path), message });
  };
  if (text.length > largestTextBytes) {
    report(0, [], `${text.length} bytes are too much for a manifest (limit ${largestTextBytes})`);
    return [];
  }
  // YAML 1.2 as Kubernetes' clients read it, but for 1.1's yes and no, which are kept as text: they are nearly always names.
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    for (const error of document.errors) report(error.pos[0], [], explainYaml(error));
    return document.errors.length > 0 ? [] : readDocument(document, report);
  });
}

type Report = (offset: number, path: readonly PropertyKey[], message: string) => void;

function explainYaml(error: YAMLError): string {
  return `not valid YAML: ${error.message}`;
}

function readDocument(document: Document.Parsed, report: Report): ObjectInput[] {
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    report(0, [], `not valid YAML: ${error instanceof Error ? error.message : error}`);
    return [];
  }
  // Nothing between two separators is no object, as kubectl has it.
  if (value === null) return [];
  if (isList(value)) return value.items.flatMap((item, at) => readObject(item, document, ["items", at], report));
  return readObject(value, document, [], report);
}

function isList(value: unknown): value is { items: unknown[] } {
  return (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    String(value.kind).endsWith("List") &&
    "items" in value &&
    Array.isArray(value.items)
  );
}

const headSchema = z.looseObject({
  apiVersion: z.string({ error: "expected text such as tinkerbell.org/v1alpha1" }),
  kind: z.string({ error: "expected a kind such as Hardware" }),
  metadata: objectMetaSchema.extend({
    name: z.string({ error: "expected the object's name" }).regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, {
      error: "expected lower-case letters, digits, - and ., beginning and ending with a letter or digit (253 at most)",
    }),
  }),
});

function readObject(
  value: unknown,
  document: Document.Parsed,
  base: readonly PropertyKey[],
  report: Report,
): ObjectInput[] {
  const fail = (path: readonly PropertyKey[], message: string): void =>
    report(offsetOf(document, [...base, ...path]), path, message);
  const head = headSchema.safeParse(value);
  if (!head.success) {
    for (const issue of head.error.issues) fail(issue.path, explainIssue(issue, value));
    return [];
  }
  const kind = findKind(head.data.apiVersion, head.data.kind);
  if (kind === undefined) {
    fail(["kind"], `${head.data.kind} of ${head.data.apiVersion} is not known; known are ${knownKinds()}`);
    return [];
  }
  const issues = z.object({ spec: kind.spec.optional() }).safeParse(value).error?.issues ?? [];
  for (const issue of issues) fail(issue.path, explainIssue(issue, value));
  return issues.length > 0 ? [] : [head.data as ObjectInput];
}

function knownKinds(): string {
  return Object.values<KindInfo>(kinds)
    .map((info) => `${info.kind} (${apiVersionOf(info)})`)
    .join(", ");
}

function explainIssue(issue: z.core.$ZodIssue, value: unknown): string {
  const given = issue.path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined),
    value,
  );
  return given === undefined
    ? `${issue.message} (nothing is given)`
    : `${issue.message} (given: ${shorten(JSON.stringify(given))})`;
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** Where the field is, or the nearest thing around it that is there. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : (document.getIn(path.slice(0, length), true) as Node | undefined);
    if (node?.range) return node.range[0];
  }
  return 0;
}

function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((key, at) => (typeof key === "number" ? `[${key}]` : at === 0 ? String(key) : `.${String(key)}`))
    .join("");
}
