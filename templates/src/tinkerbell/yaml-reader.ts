// Reads typed values out of a YAML document, and notes what does not fit with its line and column.
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  offsetOf,
  type Pair,
  secondsMeant,
  type YamlDocument,
  type YamlRead,
} from "@neverland/yaml";
import type { TemplateProblem } from "./problem.ts";

const MAX_INT = 2 ** 31 - 1;

export interface Entry {
  readonly key: string;
  readonly value: Node | undefined;
  /** Where the entry stands. */
  readonly offset: number;
}

export class YamlReader {
  readonly problems: TemplateProblem[] = [];
  readonly warnings: TemplateProblem[] = [];
  readonly root: Node | undefined;
  readonly #document: YamlDocument | undefined;

  constructor(read: YamlRead) {
    if (read.ok) {
      this.#document = read.document;
      this.root = read.document.root;
    } else {
      this.problems.push(
        ...read.faults.map(({ line, column, message }) => ({
          ...{ in: "rendered" as const, line, column, field: "" },
          message: `the rendered YAML is broken: ${message}`,
        })),
      );
    }
  }

  problem(offset: number, field: string, message: string): void {
    this.problems.push(this.#note(offset, field, message));
  }
  warn(offset: number, field: string, message: string): void {
    this.warnings.push(this.#note(offset, field, message));
  }

  /** Entries of a mapping, merge keys (`<<`) included; those of the mapping itself win. Not a mapping: a problem. */
  entries(node: Node | undefined, field: string): Entry[] {
    const target = this.#resolve(node);
    if (target === undefined) return [];
    if (!isMap(target)) {
      this.problem(offsetOf(target), field, mustBe(field, "a mapping"));
      return [];
    }
    const found = new Map<string, Entry>();
    for (const pair of target.items) this.#addPair(found, pair, field);
    return [...found.values()];
  }

  items(node: Node | undefined, field: string): Node[] {
    const target = this.#resolve(node);
    if (target === undefined) return [];
    if (isSeq(target)) return target.items.flatMap((item) => asNode(item) ?? []);
    this.problem(offsetOf(target), field, mustBe(field, "a list"));
    return [];
  }

  /** A scalar as it is written: `0600` stays `0600`, `true` stays `true`; nothing is "". */
  text(node: Node | undefined, field: string): string {
    const target = this.#resolve(node);
    if (target === undefined) return "";
    if (isScalar(target))
      return typeof target.value === "string" ? target.value : (target.source ?? String(target.value));
    this.problem(offsetOf(target), field, mustBe(field, `a text, not a ${isMap(target) ? "mapping" : "list"}`));
    return "";
  }

  texts(node: Node | undefined, field: string): string[] {
    return this.items(node, field).map((item, i) => this.text(item, `${field}[${i}]`));
  }

  textMap(node: Node | undefined, field: string): Record<string, string> {
    const entries = this.entries(node, field);
    return Object.fromEntries(entries.map(({ key, value }) => [key, this.text(value, `${field}.${key}`)]));
  }

  /** Whole seconds, zero when absent. */
  seconds(node: Node | undefined, field: string): number {
    const target = this.#resolve(node);
    if (target === undefined) return 0;
    const value = isScalar(target) ? target.value : undefined;
    if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MAX_INT) return value;
    const meant = isScalar(target) ? secondsMeant(String(target.source ?? target.value)) : undefined;
    const hint = meant === undefined ? "" : `: write ${meant}`;
    this.problem(offsetOf(target), field, `${mustBe(field, "a whole number of seconds, not negative")}${hint}`);
    return 0;
  }

  #addPair(found: Map<string, Entry>, pair: Pair, field: string): void {
    const keyNode = asNode(pair.key);
    const value = asNode(pair.value);
    const key = this.text(keyNode, `${field} key`);
    if (key !== "<<") {
      found.set(key, { key, value, offset: offsetOf(keyNode) });
      return;
    }
    const merged = this.#resolve(value);
    for (const source of isSeq(merged) ? this.items(merged, field) : [merged]) {
      for (const entry of this.entries(asNode(source), field)) if (!found.has(entry.key)) found.set(entry.key, entry);
    }
  }

  /** Follows an alias; nothing for what is null. */
  #resolve(node: Node | undefined): Node | undefined {
    const target = isAlias(node) ? this.#document?.targets.get(node) : node;
    return target === undefined || (isScalar(target) && target.value === null) ? undefined : target;
  }

  #note(offset: number, field: string, message: string): TemplateProblem {
    const { line, column } = this.#document?.placeAt(offset) ?? { line: 1, column: 1 };
    return { in: "rendered", line, column, field, message };
  }
}

function asNode(value: unknown): Node | undefined {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value) ? value : undefined;
}

/** The field stands before each message by itself. */
function mustBe(field: string, what: string): string {
  return `${field === "" ? "the document " : ""}must be ${what}`;
}
