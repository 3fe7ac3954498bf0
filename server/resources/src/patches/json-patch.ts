// JSON Patch (RFC 6902): what is patched stays as it is, and the outcome shares with it whatever no operation went into.
import { isDeepStrictEqual } from "node:util";
import { isObject, member } from "@neverland/api";
import { ResourceError } from "../resource-error.ts";

/** As Kubernetes' own limit: a patch is an edit, not a program. */
const maxOperations = 10_000;
/** Of all copies of one patch: a few copies of copies would otherwise grow without bound. */
const maxCopiedBytes = 3 * 1024 * 1024;

/** @throws {ResourceError} `malformed` when `patch` is no patch; `invalid` when an operation cannot be done on `target`. */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw malformed("a JSON patch is a list of operations");
  if (patch.length > maxOperations) throw malformed(`a JSON patch has at most ${maxOperations} operations`);
  const draft = new Draft(target);
  for (const [index, operation] of patch.entries()) carryOut(draft, operation, index);
  return draft.document;
}

type Container = unknown[] | Record<string, unknown>;

/**
 * The document between two operations. Each object or list in it is copied once, before its first change: what an operation costs does not
 * grow with what those before it have changed.
 */
class Draft {
  document: unknown;
  /** Copies that nothing but this document has. */
  readonly #own = new WeakSet<object>();
  #copiedBytes = 0;

  constructor(target: unknown) {
    this.document = target;
  }

  /** A value that was in the document, once more: a change of either must not show in the other. */
  copyOf(value: unknown): unknown {
    const text = JSON.stringify(value);
    this.#copiedBytes += text.length;
    if (this.#copiedBytes > maxCopiedBytes) throw malformed(`its copies are over ${maxCopiedBytes} bytes`);
    return JSON.parse(text);
  }

  /** The container of what `path` leads to, for changes, with the last step. `undefined` for the whole document, which is in none. */
  parentOf(path: readonly string[], where: string): { readonly parent: Container; readonly key: string } | undefined {
    const key = path.at(-1);
    if (key === undefined) return undefined;
    let parent = this.#ownOf(this.document, where);
    this.document = parent;
    for (const step of path.slice(0, -1)) {
      const child = this.#ownOf(read(parent, [step], where), where);
      put(parent, step, child);
      parent = child;
    }
    return { parent, key };
  }

  #ownOf(value: unknown, where: string): Container {
    if (!Array.isArray(value) && !isObject(value)) throw impossible(`${where}: the path leads into no object or list`);
    if (this.#own.has(value)) return value as Container; // it was copied below
    const copy: Container = Array.isArray(value) ? [...value] : { ...value };
    this.#own.add(copy);
    return copy;
  }
}

function carryOut(draft: Draft, operation: unknown, index: number): void {
  const op = member(operation, "op");
  const where = `operation ${index} (${String(op)} ${String(member(operation, "path"))})`;
  const path = pointer(operation, "path", index);
  switch (op) {
    case "add":
      add(draft, path, newValue(operation, where), where);
      break;
    case "remove":
      remove(draft, path, where);
      break;
    case "replace":
      replace(draft, path, newValue(operation, where), where);
      break;
    case "move": {
      const from = pointer(operation, "from", index);
      const value = read(draft.document, from, where);
      const inside = from.length < path.length && from.every((step, depth) => step === path[depth]);
      if (inside) throw impossible(`${where}: a value cannot be moved into itself`);
      remove(draft, from, where);
      add(draft, path, value, where);
      break;
    }
    case "copy":
      add(draft, path, draft.copyOf(read(draft.document, pointer(operation, "from", index), where)), where);
      break;
    case "test":
      if (isDeepStrictEqual(read(draft.document, path, where), newValue(operation, where))) break;
      throw impossible(`${where}: the value there is another one`);
    default:
      throw malformed(`operation ${index} is "${String(op)}", not add, remove, replace, move, copy or test`);
  }
}

function add(draft: Draft, path: readonly string[], value: unknown, where: string): void {
  const { parent, key = "" } = draft.parentOf(path, where) ?? {};
  if (parent === undefined) draft.document = value;
  else if (!Array.isArray(parent)) put(parent, key, value);
  else parent.splice(key === "-" ? parent.length : arrayIndex(key, parent.length, where), 0, value);
}

function replace(draft: Draft, path: readonly string[], value: unknown, where: string): void {
  read(draft.document, path, where);
  const { parent, key = "" } = draft.parentOf(path, where) ?? {};
  if (parent === undefined) draft.document = value;
  else put(parent, key, value);
}

function remove(draft: Draft, path: readonly string[], where: string): void {
  read(draft.document, path, where);
  const { parent, key = "" } = draft.parentOf(path, where) ?? {};
  if (parent === undefined) draft.document = null;
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
}

/** In the place of what is there. `__proto__` is a key like any other. */
function put(parent: Container, key: string, value: unknown): void {
  Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true });
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
