// The state of one execution: where it is, what its variables hold, how far it may go, and how it fails.
import type { Budget } from "../budget.ts";
import { quote } from "../fmt/quote.ts";
import type { FunctionMap } from "../functions/signature.ts";
import { nodeText } from "../parse/node-text.ts";
import type { AnyNode, Tree } from "../parse/nodes.ts";
import { TemplateError } from "../template-error.ts";
import { toText } from "../values/bytes.ts";
import type { MaybeRef } from "../values/reference.ts";

/** Templates that run each other. Go allows 100,000, which no stack of ours would hold. */
const MAX_TEMPLATE_DEPTH = 1000;
/** Pipelines, branches and templates inside each other while they run. */
const MAX_NESTING = 1200;

interface Variable {
  readonly name: string;
  value: MaybeRef;
}

/** Of a key that a map does not have: Go's `missingkey=error`, or its default, which shows `<no value>`. */
export type MissingKey = "error" | "no-value";

/** What all templates of one execution share. */
export interface ExecShared {
  readonly trees: ReadonlyMap<string, Tree>;
  readonly functions: FunctionMap;
  readonly budget: Budget;
  readonly missingKey: MissingKey;
  readonly output: string[];
  nesting: number;
}

export class ExecState {
  readonly shared: ExecShared;
  readonly tree: Tree;
  readonly depth: number;
  #variables: Variable[];
  #node: AnyNode | undefined;

  constructor(shared: ExecShared, tree: Tree, data: MaybeRef, depth = 0) {
    this.shared = shared;
    this.tree = tree;
    this.depth = depth;
    this.#variables = [{ name: "$", value: data }];
  }

  /** The state for another template, run from this one. */
  enter(tree: Tree, data: MaybeRef): ExecState {
    return new ExecState(this.shared, tree, data, this.depth + 1);
  }

  checkDepth(): void {
    if (this.depth >= MAX_TEMPLATE_DEPTH) this.fail(`exceeded maximum template depth (${MAX_TEMPLATE_DEPTH})`, "limit");
  }

  /** Marks the node that a failure would be about, and pays for the step. */
  at(node: AnyNode): void {
    this.#node = node;
    this.#charge(() => this.shared.budget.spend());
  }

  /** Pays for bytes that are printed. */
  readonly spendBytes = (sizeBytes: number): void => this.#charge(() => this.shared.budget.spendBytes(sizeBytes));

  #charge(charge: () => void): void {
    try {
      charge();
    } catch (error) {
      if (error instanceof TemplateError) this.fail(error.message, error.code === "limit" ? "limit" : "execution");
      throw error;
    }
  }

  nested<T>(run: () => T): T {
    this.shared.nesting++;
    if (this.shared.nesting > MAX_NESTING) this.fail(`exceeded maximum nesting (${MAX_NESTING})`, "limit");
    const result = run();
    this.shared.nesting--;
    return result;
  }

  write(bytes: string): void {
    try {
      this.shared.budget.spendOutput(bytes.length);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      const [name, line, column] = this.#place();
      throw new TemplateError(error.code, error.message, { templateName: toText(name), line, column });
    }
    this.shared.output.push(bytes);
  }

  mark(): number {
    return this.#variables.length;
  }
  /** Forgets the variables made since `mark`. */
  pop(mark: number): void {
    this.#variables.length = mark;
  }
  push(name: string, value: MaybeRef): void {
    this.#variables.push({ name, value });
  }
  variable(name: string): MaybeRef {
    return this.#find(name).value;
  }
  assign(name: string, value: MaybeRef): void {
    this.#find(name).value = value;
  }
  /** Sets the variable `fromTop` places from the innermost, counted from 1: the ones a range declared. */
  assignTop(fromTop: number, value: MaybeRef): void {
    const variable = this.#variables.at(-fromTop);
    if (variable !== undefined) variable.value = value;
  }

  #find(name: string): Variable {
    this.#charge(() => this.shared.budget.spend(Math.ceil(this.#variables.length / 16)));
    return this.#variables.findLast((variable) => variable.name === name) ?? this.fail(`undefined variable: ${name}`);
  }

  /** @param message As bytes. */
  fail(message: string, code: "execution" | "limit" = "execution"): never {
    const [templateName, line, column] = this.#place();
    const context = this.#node === undefined ? "" : nodeText(this.#node);
    const start = `template: ${this.tree.sourceName}:${line}:${column}: executing ${quote(this.tree.name)}`;
    const text = toText(`${start} at <${context}>: ${message}`);
    throw new TemplateError(code, text, { templateName: toText(templateName), line, column });
  }

  #place(): [string, number, number] {
    const before = this.tree.source.slice(0, this.#node?.at ?? 0);
    return [this.tree.name, before.split("\n").length, before.length - (before.lastIndexOf("\n") + 1)];
  }
}
