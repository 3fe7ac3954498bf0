// kubectl's JSONPath templates on a value. https://kubernetes.io/docs/reference/kubectl/jsonpath/ is the behaviour matched;
// regular expressions in filters are not.

import { type Node, type Operand, type PathStep, parseJsonPath } from "./jsonpath-parser.ts";
import { compactKubectlJson } from "./kubectl-json.ts";

/** Renders `template` with `value` as `$`. @throws {JsonPathError} */
export function renderJsonPath(template: string, value: unknown): string {
  return renderNodes(parseJsonPath(template), value);
}

/** What a template's expressions find, without its texts. */
export function valuesOf(nodes: readonly Node[], value: unknown): unknown[] {
  return nodes.flatMap((node) => {
    if (node.type === "text") return [];
    const found = walk(node.steps, value);
    return node.type === "print" ? found : found.flatMap((item) => valuesOf(node.body, item));
  });
}

function renderNodes(nodes: readonly Node[], current: unknown): string {
  return nodes.map((node) => renderNode(node, current)).join("");
}

function renderNode(node: Node, current: unknown): string {
  switch (node.type) {
    case "text":
      return node.text;
    case "print":
      return walk(node.steps, current).map(shownValue).join(" ");
    case "range":
      return walk(node.steps, current)
        .map((item) => renderNodes(node.body, item))
        .join("");
  }
}

export function shownValue(value: unknown): string {
  return typeof value === "string" ? value : compactKubectlJson(value);
}

function walk(steps: readonly PathStep[], start: unknown): unknown[] {
  return steps.reduce<unknown[]>((values, step) => values.flatMap((value) => take(step, value)), [start]);
}

function take(step: PathStep, value: unknown): unknown[] {
  switch (step.type) {
    case "field":
      return step.names.flatMap((name) => own(value, name));
    case "all":
      return children(value);
    case "descendants":
      return descendants(value);
    case "index":
      return Array.isArray(value) && value.at(step.index) !== undefined ? [value.at(step.index)] : [];
    case "slice":
      return Array.isArray(value) ? value.slice(step.start, step.end).filter((_, at) => at % step.step === 0) : [];
    case "filter":
      return children(value).filter((item) => holds(step, item));
  }
}

function own(value: unknown, name: string): unknown[] {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return [];
  return [(value as Record<string, unknown>)[name]];
}

function children(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === "object" && value !== null ? Object.values(value) : [];
}

function descendants(value: unknown): unknown[] {
  return [value, ...children(value).flatMap(descendants)];
}

function holds({ left, operator, right }: Extract<PathStep, { type: "filter" }>, item: unknown): boolean {
  const leftValues = evaluate(left, item);
  if (operator === undefined || right === undefined) return leftValues.length > 0;
  const rightValues = evaluate(right, item);
  return leftValues.some((a) => rightValues.some((b) => compare(a, operator, b)));
}

function evaluate(operand: Operand, item: unknown): unknown[] {
  return operand.type === "literal" ? [operand.value] : walk(operand.steps, item);
}

function compare(a: unknown, operator: string, b: unknown): boolean {
  if (operator === "==") return a === b;
  if (operator === "!=") return a !== b;
  if (!(typeof a === "number" && typeof b === "number") && !(typeof a === "string" && typeof b === "string"))
    return false;
  switch (operator) {
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    default:
      return a >= b;
  }
}
