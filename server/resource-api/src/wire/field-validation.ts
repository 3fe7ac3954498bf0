// What a client wants to hear of fields that no kind has (the query's fieldValidation): a warning, a refusal, or nothing. And of values that
// machines are told otherwise than they were written: a warning.
import { apiVersionOf, fieldsAt, isObject, type KindInfo, member, oneLine, unknownFields } from "@neverland/api";
import type { FastifyReply } from "fastify";
import { ApiFault } from "./api-fault.ts";
import type { RequestQuery } from "./request-query.ts";
import { warn } from "./warning.ts";

const longestWarning = 256;
/** In a refusal. */
const mostNamed = 20;
/** Of a patch; nobody writes longer ones by hand. */
const mostOperations = 500;
/** Deeper than any resource. */
const mostSteps = 100;

/**
 * @param sent An object, a part of one that is to be merged into one, or the operations of a JSON patch.
 * @throws {ApiFault} `BadRequest` in `Strict`.
 */
export function checkFields(kind: KindInfo, sent: unknown, query: RequestQuery, reply: FastifyReply): void {
  const { fieldValidation } = query;
  if (fieldValidation === "Ignore") return;
  const parts = (Array.isArray(sent) ? sent.slice(0, mostOperations).map(partOf) : [sent]).filter(isObject);
  const [paths, doubts] = [new Set<string>(), [] as string[]];
  for (const part of parts) {
    for (const path of unknownFields(kind, part)) paths.add(path);
    for (const line of brokenLines(kind, part)) doubts.push(line);
    for (const text of kind.doubts?.(part) ?? []) doubts.push(text);
  }
  if (paths.size + doubts.length === 0) return;
  const unknown = Array.from(paths, (path) => `unknown field "${oneLine(path).slice(0, longestWarning)}"`);
  if (unknown.length > 0 && fieldValidation === "Strict") throw notOfKind(kind, unknown);
  warn(reply, [...unknown, ...doubts.map((text) => text.slice(0, longestWarning))]);
}

/** What an operation writes, as a part of the object that it is written to. */
function partOf(operation: unknown): unknown {
  const path = member(operation, "path");
  const writes = ["add", "replace"].some((op) => op === member(operation, "op"));
  if (!writes || typeof path !== "string") return undefined;
  const steps = path.split("/").slice(1, mostSteps);
  return steps.reduceRight<unknown>(
    (inner, step) => {
      return /^(\d+|-)$/.test(step) ? [inner] : { [step.replaceAll("~1", "/").replaceAll("~0", "~")]: inner };
    },
    member(operation, "value"),
  );
}

function brokenLines({ lines = [] }: KindInfo, sent: object): string[] {
  if (lines.length === 0 || !hasBrokenText(sent)) return [];
  const broken = lines.flatMap((path) => fieldsAt(sent, path)).filter(({ value }) => isBroken(value));
  return broken.map(
    ({ field }) => `${field}: machines are told it as one line, without control characters and outer blanks`,
  );
}

function isBroken(value: unknown): boolean {
  return typeof value === "string" && oneLine(value) !== value;
}

/** Nearly always no text of an object is broken, which is seen without making a path of anything. */
function hasBrokenText(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return isBroken(value);
  if (Array.isArray(value)) return value.some(hasBrokenText);
  // Values of JSON inherit nothing that is enumerable.
  for (const name in value) if (hasBrokenText(Reflect.get(value, name))) return true;
  return false;
}

function notOfKind(kind: KindInfo, unknown: readonly string[]): ApiFault {
  const { version, kind: name } = kind;
  const named = [...unknown.slice(0, mostNamed), ...(unknown.length > mostNamed ? ["and more"] : [])];
  const what = `${name} in version "${kind.group === "" ? version : apiVersionOf(kind)}" cannot be handled as a ${name}`;
  return new ApiFault("BadRequest", `${what}: strict decoding error: ${named.join(", ")}`);
}
