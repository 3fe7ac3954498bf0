// What `tink wait --for` waits for, as a question about the object; undefined is one that is not there.
import type { Resource } from "@neverland/api";
import { isObject, member } from "@neverland/api/json-value";
import { CliError } from "../cli-error.ts";
import { readPath } from "../output/forms/custom-columns.ts";
import { shownValue, valuesOf } from "../output/forms/jsonpath.ts";
import { conditionText, stateText } from "./standing-text.ts";

export type Awaited = {
  readonly isMet: (object: Resource | undefined) => boolean;
  /** Whether one that is not there is worth waiting for. */
  readonly mayBeMissing: boolean;
  /** Where one stands that is not so: no sentence where nothing is to be told. */
  readonly standing: (object: Resource) => string;
};

/** `condition=Ready`, `condition=Ready=False`, `delete`, `create`, `jsonpath={.status.state}=SUCCESS`. @throws {CliError} `usage` */
export function readAwaited(text: string): Awaited {
  if (text === "delete") return { isMet: (object) => object === undefined, mayBeMissing: true, standing: deletionText };
  if (text === "create") return { isMet: (object) => object !== undefined, mayBeMissing: true, standing: () => "" };
  const [, kind, rest = ""] = /^(condition|jsonpath)=(.+)$/s.exec(text) ?? [];
  if (kind === "condition") {
    const [name = "", value = "true"] = rest.split("=");
    const standing = (object: Resource) => joined(conditionText(object, name), stateText(object));
    return { isMet: (object) => hasCondition(object, name, value), mayBeMissing: false, standing };
  }
  if (kind === "jsonpath") {
    const [, path = rest, value] = /^(\{.*\}|[^=]*)(?:=(.*))?$/s.exec(rest) ?? [];
    const nodes = readPath(path);
    const isMet = (object: Resource | undefined): boolean => {
      const [found, ...more] = valuesOf(nodes, object);
      return more.length === 0 && found !== undefined && (value === undefined || shownValue(found) === unquoted(value));
    };
    const standing = (object: Resource): string => {
      const found = valuesOf(nodes, object).map(shownValue);
      return joined(`${path} is ${found.length === 0 ? "nowhere in it" : found.join(", ")}`, stateText(object));
    };
    return { isMet, mayBeMissing: false, standing };
  }
  throw new CliError(
    "usage",
    `--for ${text}: expected condition=TYPE[=STATUS], delete, create or jsonpath={PATH}[=VALUE]`,
  );
}

function deletionText({ metadata }: Resource): string {
  if (!metadata.deletionTimestamp) return "nobody has deleted it";
  return `it is being deleted, and held by ${metadata.finalizers?.join(", ") || "nothing that it names"}`;
}

function joined(...texts: readonly string[]): string {
  return texts.filter((text) => text !== "").join("; ");
}

/** One that was said of an older generation of the object is not said of this one. */
function hasCondition(object: Resource | undefined, name: string, value: string): boolean {
  const conditions = member(object?.status, "conditions");
  return [conditions].flat().some((one) => {
    if (!isObject(one) || lower(one.type) !== lower(name) || lower(one.status) !== lower(value)) return false;
    const { observedGeneration } = one;
    return typeof observedGeneration !== "number" || observedGeneration >= (object?.metadata.generation ?? 0);
  });
}

function lower(value: unknown): string {
  return String(value).toLowerCase();
}

function unquoted(text: string): string {
  return text.replace(/^(['"])(.*)\1$/s, "$2");
}
