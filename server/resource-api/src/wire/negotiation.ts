// Which form of an answer the Accept header asks for.
import { ApiFault } from "./api-fault.ts";

export type AnswerForm = "object" | "table" | "partial";

/** The first form in the header's order that we have. @throws {ApiFault} `NotAcceptable`. */
export function negotiate(accept: string | undefined): AnswerForm {
  if (accept === undefined || accept === "*/*" || accept === "application/json") return "object";
  const ranges = (accept || "*/*").split(",").map((range) => range.trim());
  for (const range of ranges) {
    const [media = "", ...parameters] = range.split(";").map((part) => part.trim());
    if (!["application/json", "application/*", "*/*"].includes(media)) continue;
    const form = formOf(new Map(parameters.map((text) => splitParameter(text))));
    if (form) return form;
  }
  throw new ApiFault("NotAcceptable", "only the following media types are accepted: application/json");
}

function formOf(parameters: ReadonlyMap<string, string>): AnswerForm | undefined {
  const as = parameters.get("as");
  if (as === undefined) return "object";
  if (parameters.get("g") !== "meta.k8s.io" || parameters.get("v") !== "v1") return undefined;
  if (as === "Table") return "table";
  return as === "PartialObjectMetadata" || as === "PartialObjectMetadataList" ? "partial" : undefined;
}

function splitParameter(text: string): [string, string] {
  const [key = "", value = ""] = text.split("=");
  return [key, value];
}
