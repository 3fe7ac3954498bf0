// What a client wants to hear of fields that no kind has, or that its JSON has twice (the query's fieldValidation): a warning, a refusal, or
// nothing. And of values that machines are told otherwise than they were written: a warning.
import {
  apiVersionOf,
  doubtsOf,
  isObject,
  type JsonObject,
  type KindInfo,
  member,
  unknownFields,
  unknownFieldText,
} from "@neverland/api";
import type { FastifyReply, FastifyRequest } from "fastify";
import { ApiFault } from "./api-fault.ts";
import { duplicateMembers } from "./duplicate-members.ts";
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
export function checkFields(
  kind: KindInfo,
  sent: unknown,
  query: RequestQuery,
  { request, reply }: { readonly request: Pick<FastifyRequest, "body">; readonly reply: FastifyReply },
): void {
  const { fieldValidation } = query;
  if (fieldValidation === "Ignore") return;
  const parts = partsOf(sent);
  const [odd, doubts] = [new Set(twiceIn(request.body)), [] as string[]];
  for (const part of parts) {
    for (const field of unknownFields(kind, part)) odd.add(unknownFieldText(field));
    for (const text of doubtsOf(kind, part)) doubts.push(text);
  }
  if (odd.size + doubts.length === 0) return;
  if (odd.size > 0 && fieldValidation === "Strict") throw notOfKind(kind, [...odd]);
  warn(reply, [...odd, ...doubts.map((text) => text.slice(0, longestWarning))]);
}

/** What is written, as parts of the object that it is written to. @param sent As `checkFields` takes it. */
export function partsOf(sent: unknown): JsonObject[] {
  return (Array.isArray(sent) ? sent.slice(0, mostOperations).map(partOf) : [sent]).filter(isObject);
}

/** Of YAML, its reader refuses what is there twice; of protobuf, a later one takes the place of one before by its own rules. */
function twiceIn(body: unknown): string[] {
  const text = Buffer.isBuffer(body) ? body.toString("utf8") : "";
  return /^\s*[{[]/.test(text) ? duplicateMembers(text, mostNamed + 1) : [];
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

function notOfKind(kind: KindInfo, unknown: readonly string[]): ApiFault {
  const { version, kind: name } = kind;
  const named = [...unknown.slice(0, mostNamed), ...(unknown.length > mostNamed ? ["and more"] : [])];
  const what = `${name} in version "${kind.group === "" ? version : apiVersionOf(kind)}" cannot be handled as a ${name}`;
  return new ApiFault("BadRequest", `${what}: strict decoding error: ${named.join(", ")}`);
}
