// The border between JSON-like JavaScript data and Go values.
import type { Budget } from "../budget.ts";
import { TemplateError } from "../template-error.ts";
import { toBytes, toText } from "./bytes.ts";
import {
  dictOf,
  GoComplex,
  GoInt,
  GoMap,
  GoPointer,
  GoSlice,
  type GoStruct,
  type GoValue,
  goInt64,
  listOf,
} from "./values.ts";

const MAX_DEPTH = 100;

/** JSON-like data as a Go value, as encoding/json decodes it: every number a float64; a bigint is an int64. Shares nothing with `data`. */
export function fromPlain(data: unknown, depth = 0): GoValue {
  if (depth > MAX_DEPTH) throw new TemplateError("limit", `template data is nested deeper than ${MAX_DEPTH}`);
  if (data === null || data === undefined) return null;
  if (typeof data === "string") return toBytes(data);
  if (typeof data === "boolean" || typeof data === "number") return data;
  if (typeof data === "bigint") return goInt64(data);
  if (Array.isArray(data)) return listOf(data.map((item) => fromPlain(item, depth + 1)));
  if (typeof data !== "object") throw new TemplateError("limit", `template data cannot hold a ${typeof data}`);
  const pairs = data instanceof Map ? [...data] : Object.entries(data).filter(([, value]) => value !== undefined);
  return dictOf(new Map(pairs.map(([key, value]) => [toBytes(String(key)), fromPlain(value, depth + 1)])));
}

/** The way back, for JSON and YAML: struct fields by their JSON names, integers as bigint, maps as Map in key order. */
export function toPlain(value: GoValue, budget: Budget): unknown {
  budget.spend();
  if (typeof value === "string") {
    budget.spendBytes(value.length);
    return toText(value);
  }
  if (value === null || typeof value !== "object") return value;
  if (value instanceof GoInt) return value.value;
  if (value instanceof GoComplex) throw new TemplateError("execution", "json: unsupported type: complex128");
  if (value instanceof GoPointer) return toPlain(value.target, budget);
  if (value instanceof GoSlice) return value.isNil ? null : value.items.map((item) => toPlain(item, budget));
  if (value instanceof GoMap) return value.isNil ? null : plainMap(value, budget);
  return plainStruct(value, budget);
}

function plainMap(map: GoMap, budget: Budget): Map<string, unknown> {
  const keys = [...map.entries.keys()].sort();
  return new Map(keys.map((key) => [toText(key), toPlain(map.entries.get(key) ?? null, budget)]));
}

function plainStruct(struct: GoStruct, budget: Budget): Map<string, unknown> {
  const plain = new Map<string, unknown>();
  struct.type.fields.forEach((field, i) => {
    const value = struct.fields[i] ?? null;
    if (!(field.omitEmpty && isEmptyForJson(value))) plain.set(field.json, toPlain(value, budget));
  });
  return plain;
}

function isEmptyForJson(value: GoValue): boolean {
  if (value instanceof GoSlice) return value.items.length === 0;
  if (value instanceof GoMap) return value.entries.size === 0;
  if (value instanceof GoPointer) return value.target === null;
  if (value instanceof GoInt) return value.value === 0n;
  return value === null || value === false || value === 0 || value === "";
}
