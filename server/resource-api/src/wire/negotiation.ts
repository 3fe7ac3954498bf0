// Which form of an answer the Accept header asks for.
import { ApiFault } from "./api-fault.ts";

/** Tables and metadata alone are of a version of their own group, `meta.k8s.io`; the two have the same fields. */
const metaVersions = ["v1", "v1beta1"] as const;
type MetaVersion = (typeof metaVersions)[number];

export type AnswerForm = "object" | `${"table" | "partial"} ${MetaVersion}`;

export function isTable(form: AnswerForm): boolean {
  return form.startsWith("table");
}

/** The `apiVersion` of what is no object of a kind. */
export function metaVersionOf(form: AnswerForm): string {
  return form.endsWith("v1beta1") ? "meta.k8s.io/v1beta1" : "meta.k8s.io/v1";
}

export type AnswerMedia = "application/json" | "application/yaml";

export type Negotiated = { readonly form: AnswerForm; readonly media: AnswerMedia };

const plain: Negotiated = { form: "object", media: "application/json" };

/** The first form in the header's order that we have. @throws {ApiFault} `NotAcceptable`. */
export function negotiate(accept: string | undefined): Negotiated {
  if (accept === undefined || accept === "*/*" || accept === "application/json") return plain;
  const ranges = (accept || "*/*").split(",").map((range) => range.trim());
  for (const range of ranges) {
    const [media = "", ...parameters] = range.split(";").map((part) => part.trim());
    if (!["application/json", "application/yaml", "application/*", "*/*"].includes(media)) continue;
    const form = formOf(new Map(parameters.map((text) => splitParameter(text))));
    if (form) return { form, media: media === "application/yaml" ? media : "application/json" };
  }
  throw notAcceptable("application/json, application/yaml");
}

/** A watch is a line for each event, which YAML cannot be. @throws {ApiFault} `NotAcceptable`. */
export function mustBeLines(media: AnswerMedia): void {
  if (media !== "application/json") throw notAcceptable("application/json");
}

function notAcceptable(accepted: string): ApiFault {
  return new ApiFault("NotAcceptable", `only the following media types are accepted: ${accepted}`);
}

function formOf(parameters: ReadonlyMap<string, string>): AnswerForm | undefined {
  const as = parameters.get("as");
  if (as === undefined) return "object";
  const version = metaVersions.find((known) => known === parameters.get("v"));
  if (parameters.get("g") !== "meta.k8s.io" || version === undefined) return undefined;
  if (as === "Table") return `table ${version}`;
  return as === "PartialObjectMetadata" || as === "PartialObjectMetadataList" ? `partial ${version}` : undefined;
}

function splitParameter(text: string): [string, string] {
  const [key = "", value = ""] = text.split("=");
  return [key, value];
}
