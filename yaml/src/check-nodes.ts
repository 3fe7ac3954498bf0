// Looks through the nodes of a document for what no value can be made of, and finds what each alias stands for.
import { type Alias, isAlias, isCollection, isMap, isScalar, isSeq, type Node, type Pair } from "yaml";
import type { Refuse } from "./yaml-fault.ts";

/** What each alias stands for: the last node before it that has the anchor (YAML 1.2 §7.1). */
export type AliasTargets = ReadonlyMap<Alias, Node>;

/** One look at each node. Calls itself as deep as the document goes, which boundedTokens has bounded. */
export function checkNodes(root: Node | null, refuse: Refuse): AliasTargets {
  const check = new NodeCheck(refuse);
  if (root !== null) check.node(root);
  return check.targets;
}

/** In characters. */
const longestName = 60;

class NodeCheck {
  readonly targets = new Map<Alias, Node>();
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  readonly #refuse: Refuse;

  constructor(refuse: Refuse) {
    this.#refuse = refuse;
  }

  node(node: Node): void {
    if (isAlias(node)) {
      this.#alias(node);
      return;
    }
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    this.#open.add(node);
    if (isMap(node)) this.#pairs(node.items);
    else if (isSeq(node)) for (const item of node.items) if (isNode(item)) this.node(item);
    this.#open.delete(node);
  }

  #alias(alias: Alias): void {
    const target = this.#anchors.get(alias.source);
    if (target === undefined) this.#refuse(offsetOf(alias), `the alias *${alias.source} has no anchor before it`);
    else if (this.#open.has(target))
      this.#refuse(offsetOf(alias), `the alias *${alias.source} stands in what it names`);
    else this.targets.set(alias, target);
  }

  #pairs(pairs: readonly Pair[]): void {
    const keys = new Set<unknown>();
    for (const { key, value } of pairs) {
      if (isNode(key)) this.#key(key, keys);
      if (isNode(value)) this.node(value);
    }
  }

  /** A text is made of each key; that of a mapping of mappings would grow with a power of its size. */
  #key(key: Node, taken: Set<unknown>): void {
    this.node(key);
    const target = isAlias(key) ? this.targets.get(key) : key;
    if (isCollection(target))
      this.#refuse(
        offsetOf(key),
        `a key must be a text, not a ${isMap(target) ? "mapping" : "list"}: a value that begins with { or [ goes in quotes`,
      );
    const name = isScalar(target) ? keyText(target.value) : undefined;
    if (name === undefined) return;
    if (taken.has(name))
      this.#refuse(
        offsetOf(key),
        `Map keys must be unique: ${JSON.stringify(name.slice(0, longestName))} is here for the second time`,
      );
    taken.add(name);
  }
}

/** The name a key has in an object; nothing for a merge key (`<<`), of which there may be several. */
export function keyText(value: unknown): string | undefined {
  return typeof value === "symbol" ? undefined : value === null ? "" : String(value);
}

export function offsetOf(node: Node | null | undefined): number {
  return node?.range?.[0] ?? 0;
}

export function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value);
}
