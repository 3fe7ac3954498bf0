// Reads the body of a request: JSON, or YAML where Kubernetes takes it.
import { isObject, type JsonObject, type KindInfo } from "@neverland/api";
import { isShallow } from "@neverland/resources/json.ts";
import type { PatchType } from "@neverland/resources/patches/patch-resource.ts";
import { isTooLargeBody, mostLeaves } from "@neverland/resources/rules/object-size.ts";
import { readYaml } from "@neverland/yaml";
import { ApiFault } from "./api-fault.ts";
import { protobufType, readProtobuf, readProtobufOptions } from "./protobuf-body.ts";

const patchTypes = new Map<string, PatchType | "apply">([
  ["application/json-patch+json", "json"],
  ["application/merge-patch+json", "merge"],
  ["application/apply-patch+yaml", "apply"],
]);
const strategicType = "application/strategic-merge-patch+json";
const objectTypes = ["application/json", "application/yaml"];
/** Deeper than any resource; a body that is deeper would exhaust the stack of what works on it. */
const maxDepth = 200;

/** @throws {ApiFault} `UnsupportedMediaType`, also for strategic merge, which kinds outside of the core group do not have. */
export function patchTypeOf(contentType: string | undefined, { group }: KindInfo): PatchType | "apply" {
  const media = mediaType(contentType);
  const type = patchTypes.get(media) ?? (media === strategicType && group === "" ? "strategic" : undefined);
  if (!type) throw unsupported(contentType, [...patchTypes.keys()]);
  return type;
}

/** @throws {ApiFault} `UnsupportedMediaType`, `BadRequest`, `RequestEntityTooLarge`. */
export function readObject(body: unknown, contentType: string | undefined, kind?: KindInfo): JsonObject {
  const media = mediaType(contentType) || "application/json";
  if (media === protobufType && kind?.protobuf && Buffer.isBuffer(body)) return ofSize(readProtobuf(body, kind));
  const types = kind?.protobuf ? [...objectTypes, protobufType] : objectTypes;
  if (!objectTypes.includes(media)) throw unsupported(contentType, types);
  return asObject(readBody(body, media.endsWith("yaml")));
}

/** The value of a patch; which values are patches is for its type to say. */
export function readPatch(body: unknown, type: PatchType | "apply"): unknown {
  const value = readBody(body, type === "apply");
  return type === "json" ? value : asObject(value);
}

/** An empty body is an empty object: the options of a delete may be left out. */
export function readOptions(body: unknown, contentType: string | undefined): JsonObject {
  if (!Buffer.isBuffer(body) || body.length === 0) return {};
  return mediaType(contentType) === protobufType ? readProtobufOptions(body) : readObject(body, contentType);
}

function readBody(body: unknown, isYaml: boolean): unknown {
  const text = Buffer.isBuffer(body) ? body.toString("utf8") : "";
  // kubectl calls JSON an apply patch in YAML.
  if (isYaml && !text.trimStart().startsWith("{")) return readYamlBody(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // YAML's own braces need no quotes.
    if (isYaml) return readYamlBody(text);
    throw unreadable(withoutText(error instanceof Error ? error.message : String(error)));
  }
  if (!isShallow(value, maxDepth)) throw unreadable(`it is nested more than ${maxDepth} levels deep`);
  // A value and what parts it from the next are two characters at the least.
  return text.length < 2 * mostLeaves ? value : ofSize(value);
}

/** Before schemas and patches work on it: they take a second for every 20,000 values, and nobody else is served meanwhile. */
function ofSize<T>(value: T): T {
  if (!isTooLargeBody(value)) return value;
  throw new ApiFault("RequestEntityTooLarge", `Too many: an object must have at most ${mostLeaves} values in it`);
}

/** The engine shows what stands around the fault, which may be a secret: `Unexpected token 'x', ..."": "ab"x}" is not…`. */
function withoutText(message: string): string {
  return message.replace(/, (\.\.\.)?".*$/s, "");
}

function readYamlBody(text: string): unknown {
  const read = readYaml(text);
  if (read.ok) return read.document.value;
  const [{ line, column, message }] = read.faults;
  throw unreadable(`line ${line}, column ${column}: ${message}`);
}

function unreadable(reason: string): ApiFault {
  return new ApiFault("BadRequest", `The body of the request cannot be read: ${reason}`);
}

function asObject(value: unknown): JsonObject {
  if (isObject(value)) return value;
  throw new ApiFault("BadRequest", "The body of the request must be an object");
}

function mediaType(contentType = ""): string {
  return contentType.split(";")[0]?.trim().toLowerCase() ?? "";
}

function unsupported(contentType: string | undefined, accepted: readonly string[]): ApiFault {
  const text = `the body of the request was in an unknown format (${contentType ?? "none"})`;
  return new ApiFault("UnsupportedMediaType", `${text} - accepted media types include: ${accepted.join(", ")}`);
}
