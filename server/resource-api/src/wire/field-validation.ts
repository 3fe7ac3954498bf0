// What a client wants to hear of fields that no kind has (the query's fieldValidation): a warning, a refusal, or nothing.
import { apiVersionOf, type KindInfo, oneLine } from "@neverland/api";
import { isObject } from "@neverland/resources/json.ts";
import { unknownFields } from "@neverland/resources/rules/unknown-fields.ts";
import type { FastifyReply } from "fastify";
import { ApiFault } from "./api-fault.ts";
import type { RequestQuery } from "./request-query.ts";

const longestWarning = 256;

/** @param sent An object, or a part of one that is to be merged into one. @throws {ApiFault} `BadRequest` in `Strict`. */
export function checkFields(kind: KindInfo, sent: unknown, query: RequestQuery, reply: FastifyReply): void {
  const { fieldValidation } = query;
  if (fieldValidation === "Ignore" || !isObject(sent)) return;
  const texts = unknownFields(kind, sent).map((path) => `unknown field "${oneLine(path).slice(0, longestWarning)}"`);
  if (texts.length === 0) return;
  if (fieldValidation === "Warn") {
    reply.raw.setHeader("warning", texts.map(warningText));
    return;
  }
  const { version, kind: name } = kind;
  const what = `${name} in version "${kind.group === "" ? version : apiVersionOf(kind)}" cannot be handled as a ${name}`;
  throw new ApiFault("BadRequest", `${what}: strict decoding error: ${texts.join(", ")}`);
}

/** RFC 7234 §5.5, as Kubernetes writes it. A header has no characters beyond ASCII. */
function warningText(text: string): string {
  const ascii = text.replace(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `299 - "${ascii.replace(/["\\]/g, "\\$&")}"`;
}
