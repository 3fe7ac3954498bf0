// Makes plain values of a document's nodes. Each use of an alias is a copy of its own, and copies are counted.
import { isAlias, isMap, isScalar, isSeq, type Node, type Pair } from "yaml";
import { tooDeep } from "./bounded-tokens.ts";
import { type AliasTargets, isNode, keyText, offsetOf } from "./check-nodes.ts";
import type { Refuse } from "./yaml-fault.ts";

export type ValueLimits = {
  /** Levels of mappings and lists, aliases and merge keys followed. */
  readonly maxDepth: number;
  /** Nodes that all aliases together may stand for. */
  readonly maxAliasNodes: number;
};

/** After `refuse` was called the value is not to be used. */
export function plainValue(root: Node | null, targets: AliasTargets, limits: ValueLimits, refuse: Refuse): unknown {
  return root === null ? null : new PlainValues(targets, limits, refuse).of(root, 0, undefined);
}

type Plain = Record<string, unknown>;

class PlainValues {
  readonly #targets: AliasTargets;
  readonly #limits: ValueLimits;
  readonly #refuse: Refuse;
  #aliasNodes = 0;
  #refused = false;

  constructor(targets: AliasTargets, limits: ValueLimits, refuse: Refuse) {
    this.#targets = targets;
    this.#limits = limits;
    this.#refuse = refuse;
  }

  /** @param alias The outermost alias that led here: where a fault is for people to see. */
  of(node: Node, depth: number, alias: Node | undefined): unknown {
    if (!this.#allows(node, depth, alias)) return null;
    if (isAlias(node)) {
      const target = this.#targets.get(node);
      return target === undefined ? null : this.of(target, depth, alias ?? node);
    }
    if (isMap(node)) return this.#object(node.items, depth, alias);
    if (isSeq(node)) return node.items.map((item) => (isNode(item) ? this.of(item, depth + 1, alias) : null));
    return isScalar(node) ? node.value : null;
  }

  #allows(node: Node, depth: number, alias: Node | undefined): boolean {
    const { maxDepth, maxAliasNodes } = this.#limits;
    if (alias !== undefined) this.#aliasNodes += 1;
    if (depth > maxDepth) this.#stop(alias ?? node, tooDeep(maxDepth));
    if (this.#aliasNodes > maxAliasNodes)
      this.#stop(alias ?? node, `the aliases of the document stand for more than ${maxAliasNodes} nodes`);
    return !this.#refused;
  }

  #stop(node: Node, message: string): void {
    if (!this.#refused) this.#refuse(offsetOf(node), message);
    this.#refused = true;
  }

  #object(pairs: readonly Pair[], depth: number, alias: Node | undefined): Plain {
    const object: Plain = {};
    const merged: Plain[] = [];
    for (const { key, value } of pairs) {
      const target = isAlias(key) ? this.#targets.get(key) : key;
      const name = isScalar(target) ? keyText(target.value) : "";
      if (name === undefined) merged.push(...this.#sources(value, depth, alias));
      else setOwn(object, name, isNode(value) ? this.of(value, depth + 1, alias) : null);
    }
    // What a mapping says itself wins over what it merges in, and an earlier source over a later one.
    for (const source of merged)
      for (const [name, value] of Object.entries(source)) if (!Object.hasOwn(object, name)) setOwn(object, name, value);
    return object;
  }

  #sources(value: unknown, depth: number, alias: Node | undefined): Plain[] {
    if (!isNode(value)) return [];
    const read = this.of(value, depth + 1, alias);
    const sources: readonly unknown[] = Array.isArray(read) ? read : [read];
    if (!sources.every(isPlain)) this.#stop(alias ?? value, "a merge key (<<) takes a mapping or a list of mappings");
    return sources.filter(isPlain);
  }
}

function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Assignment to `__proto__` would change what the object is. */
function setOwn(object: Plain, name: string, value: unknown): void {
  if (name === "__proto__")
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  else object[name] = value;
}
