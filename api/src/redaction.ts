// Keeps the values of sensitive fields out of what people and logs are shown: by kind and path, not by guessing at words.
import { fieldsAt } from "./field-path.ts";
import { isObject } from "./json-value.ts";
import type { KindInfo } from "./kind-info.ts";
import { findKind } from "./kinds.ts";

export const redactedText = "[redacted]";

/** An annotation in which `kubectl apply` keeps a copy of the whole object, secrets and all. */
export const lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration";

/** The object with `[redacted]` for each text in its sensitive fields. What is no object of a kind of ours is returned as it is. */
export function redactObject<T>(object: T): T {
  if (!isObject(object) || typeof object.apiVersion !== "string" || typeof object.kind !== "string") return object;
  const kind = findKind(object.apiVersion, object.kind);
  if (kind === undefined) return object;
  const paths = [...kind.sensitive, `metadata.annotations.${lastAppliedAnnotation.replaceAll(".", "\0")}`];
  // The shape is kept: only texts inside are others.
  return paths.reduce<unknown>((value, path) => redactAt(value, path.split(".")), object) as T;
}

/** As {@link redactObject}, for each member: what a log line is made of. The same object where nothing is hidden. */
export function redactMembers(members: Record<string, unknown>): Record<string, unknown> {
  let shown = members;
  for (const name of Object.keys(members)) {
    const member = redactObject(members[name]);
    if (member !== members[name]) shown = { ...shown, [name]: member };
  }
  return shown;
}

/**
 * Whether the value at `path` is sensitive, or holds what is.
 * @param path The steps to a field, numbers for places in lists: `["spec", "interfaces", 0, "dhcp"]`.
 */
export function isSensitive(kind: KindInfo, path: readonly PropertyKey[]): boolean {
  const names = path.filter((step) => typeof step !== "number").map(String);
  return kind.sensitive.some((text) => {
    const steps = text.split(".").map((step) => step.replace(/\[\]$/, ""));
    const common = Math.min(steps.length, names.length);
    return steps.slice(0, common).every((step, at) => step === names[at]);
  });
}

/** Shorter texts stand in too many words by chance. */
const shortestQuoted = 6;

/** A sentence without what it quotes of the sensitive fields of an object: whole values, and lines of them. */
export function redactText(sentence: string, source: object | undefined): string {
  const texts = sensitiveTexts(source).flatMap((text) => [text, ...text.split("\n").map((line) => line.trim())]);
  const quoted = texts.filter((text) => text.length >= shortestQuoted).sort((a, b) => b.length - a.length);
  return quoted.reduce((left, text) => left.replaceAll(text, redactedText), sentence);
}

function sensitiveTexts(source: object | undefined): string[] {
  if (!isObject(source)) return [];
  const kind = findKind(String(source.apiVersion), String(source.kind));
  return kind?.sensitive.flatMap((path) => fieldsAt(source, path).flatMap(({ value }) => textsIn(value))) ?? [];
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function redactAt(value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined) return redactTexts(value);
  if (!isObject(value)) return value;
  const isList = step.endsWith("[]");
  const name = (isList ? step.slice(0, -2) : step).replaceAll("\0", ".");
  if (!Object.hasOwn(value, name)) return value;
  const child = value[name];
  const next = isList && Array.isArray(child) ? child.map((item) => redactAt(item, rest)) : redactAt(child, rest);
  return { ...value, [name]: next };
}

/** Names and places stay, so that one sees what there is. */
function redactTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redactTexts);
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, redactTexts(child)]));
  return value === null || value === undefined || value === "" ? value : redactedText;
}
