// JSON Patch (RFC 6902) over values that are never changed in place.
import { isDeepStrictEqual } from "node:util";
import { isObject, member } from "@neverland/api";
import { withMember } from "../json.ts";
import { ResourceError } from "../resource-error.ts";

/** As Kubernetes' own limit: a patch is an edit, not a program. */
const maxOperations = 10_000;
/** Of all copies of one patch: a few copies of copies would otherwise grow without bound. */
const maxCopiedBytes = 3 * 1024 * 1024;

/** @throws {ResourceError} `malformed` when `patch` is no patch; `invalid` when an operation cannot be done on `target`. */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw malformed("a JSON patch is a list of operations");
  if (patch.length > maxOperations) throw malformed(`a JSON patch has at most ${maxOperations} operations`);
  let copiedBytes = 0;
  return patch.reduce<unknown>((document, operation, index) => {
    if (member(operation, "op") === "copy") {
      const value = read(document, pointer(operation, "from", index), `operation ${index}`);
      copiedBytes += JSON.stringify(value).length;
      if (copiedBytes > maxCopiedBytes) throw malformed(`its copies are over ${maxCopiedBytes} bytes`);
    }
    return carryOut(document, operation, index);
  }, target);
}

function carryOut(document: unknown, operation: unknown, index: number): unknown {
  const op = member(operation, "op");
  const where = `operation ${index} (${String(op)} ${String(member(operation, "path"))})`;
  const path = pointer(operation, "path", index);
  switch (op) {
    case "add":
      return add(document, path, newValue(operation, where), where);
    case "remove":
      return remove(document, path, where);
    case "replace": {
      read(document, path, where);
      const value = newValue(operation, where);
      return path.length === 0 ? value : add(remove(document, path, where), path, value, where);
    }
    case "move": {
      const from = pointer(operation, "from", index);
      const value = read(document, from, where);
      const inside = from.length < path.length && from.every((step, depth) => step === path[depth]);
      if (inside) throw impossible(`${where}: a value cannot be moved into itself`);
      return add(remove(document, from, where), path, value, where);
    }
    case "copy":
      return add(document, path, read(document, pointer(operation, "from", index), where), where);
    case "test":
      if (isDeepStrictEqual(read(document, path, where), newValue(operation, where))) return document;
      throw impossible(`${where}: the value there is another one`);
    default:
      throw malformed(`operation ${index} is "${String(op)}", not add, remove, replace, move, copy or test`);
  }
}

function add(document: unknown, path: readonly string[], value: unknown, where: string): unknown {
  return (
    edit(document, path, where, (parent, key) => {
      if (!Array.isArray(parent)) return withMember(parent, key, value);
      return parent.toSpliced(key === "-" ? parent.length : arrayIndex(key, parent.length, where), 0, value);
    }) ?? value
  );
}

function remove(document: unknown, path: readonly string[], where: string): unknown {
  read(document, path, where);
  const left = edit(document, path, where, (parent, key) =>
    Array.isArray(parent)
      ? parent.toSpliced(arrayIndex(key, parent.length - 1, where), 1)
      : withMember(parent, key, undefined),
  );
  return left ?? null;
}

type Container = unknown[] | { readonly [key: string]: unknown };

/** Rebuilds the containers on the way to `path`. `undefined` for the whole document, which has no parent. */
function edit(
  document: unknown,
  path: readonly string[],
  where: string,
  change: (parent: Container, key: string) => Container,
): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return undefined;
  if (!Array.isArray(document) && !isObject(document))
    throw impossible(`${where}: the path leads into no object or list`);
  if (rest.length === 0) return change(document, key);
  const child = edit(read(document, [key], where), rest, where, change);
  if (Array.isArray(document)) return document.with(arrayIndex(key, document.length - 1, where), child);
  return withMember(document, key, child);
}

function read(document: unknown, path: readonly string[], where: string): unknown {
  return path.reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return value[arrayIndex(key, value.length - 1, where)];
    const found = member(value, key);
    if (found === undefined) throw impossible(`${where}: there is no "${key}"`);
    return found;
  }, document);
}

function arrayIndex(key: string, max: number, where: string): number {
  const index = /^(0|[1-9]\d{0,9})$/.test(key) ? Number(key) : Number.POSITIVE_INFINITY;
  if (index > max) throw impossible(`${where}: "${key}" is no place in a list of which the last is ${max}`);
  return index;
}

/** RFC 6901: `~1` is a slash, `~0` a tilde. */
function pointer(operation: unknown, name: "path" | "from", index: number): string[] {
  const text = member(operation, name);
  if (typeof text !== "string" || (text !== "" && !text.startsWith("/")))
    throw malformed(`operation ${index} needs "${name}", a JSON pointer such as /spec/data`);
  return text
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function newValue(operation: unknown, where: string): unknown {
  const value = member(operation, "value");
  if (value === undefined) throw malformed(`${where} needs a "value"`);
  return value;
}

function malformed(what: string): ResourceError {
  return new ResourceError("malformed", `The patch cannot be read: ${what}`);
}

function impossible(what: string): ResourceError {
  return new ResourceError("invalid", `The patch cannot be applied: ${what}`);
}
