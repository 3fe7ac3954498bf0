// Reads YAML that a stranger may have written: plain values with their places, or every fault with its own.
import { Composer, type CST, type Document, isMap, isScalar, LineCounter, type Node, type YAMLParseError } from "yaml";
import { boundedTokens, type TokenLimits } from "./bounded-tokens.ts";
import { type AliasTargets, checkNodes, isNode, offsetOf } from "./check-nodes.ts";
import { dialect } from "./dialect.ts";
import { plainValue, type ValueLimits } from "./plain-value.ts";
import { inOneGo, type Steps } from "./steps.ts";
import { syntaxHint } from "./syntax-hint.ts";
import type { YamlFault, YamlPlace } from "./yaml-fault.ts";

export type YamlLimits = TokenLimits & ValueLimits;

/** Some 3,000 lines of block style, and texts of some 50,000 lines in it: one or two tenths of a second to read. */
export const defaultLimits: YamlLimits = { maxDepth: 100, maxTokens: 20_000, maxLines: 50_000, maxAliasNodes: 2_000 };

export type YamlDocument = {
  /** As JSON would give it, with own properties only; `null` for an empty document. */
  readonly value: unknown;
  /** The nodes the value was made of, for whoever needs what is written: `0600`, not 384. */
  readonly root: Node | undefined;
  readonly targets: AliasTargets;
  /** Where the node of this path stands, or the nearest above it that is there. */
  readonly placeOf: (path: readonly PropertyKey[]) => YamlPlace;
  /** Where the last key of this path stands in its mapping; as `placeOf` where that is none. */
  readonly placeOfKey: (path: readonly PropertyKey[]) => YamlPlace;
  /** The word that stands at this path without quotes: `.inf`, `0600` or `no`, whatever was made of it. */
  readonly wordAt: (path: readonly PropertyKey[]) => string | undefined;
  /** Line and column of an offset of the text. */
  readonly placeAt: (offset: number) => YamlPlace;
};
export type YamlRead =
  | { readonly ok: true; readonly document: YamlDocument }
  | { readonly ok: false; readonly faults: readonly [YamlFault, ...YamlFault[]] };

/** In characters: of a text that has no lines. */
const longestLines = 2000;
/** More would not be read by anybody. */
const maxFaults = 20;

/** Reads a text of one document; one without any holds `null`. Empty ones before and after it are passed over, as a line `---` at the end makes. Never throws for what a text holds. */
export function readYaml(text: string, limits: Partial<YamlLimits> = {}): YamlRead {
  return inOneGo(readYamlInSteps(text, limits));
}

/** As {@link readYaml}. A step goes through a part of the text's tokens, or makes the nodes of all of them. */
export function* readYamlInSteps(text: string, limits: Partial<YamlLimits> = {}): Steps<YamlRead> {
  const [first, second] = yield* withoutStacks(readAll(text, { ...defaultLimits, ...limits }, 1));
  return second ?? first ?? { ok: true, document: emptyDocument };
}

/**
 * Reads all documents of a text, each on its own: one that is refused for what it says leaves the others readable.
 * @param options.maxDocuments One more is a fault; then empty ones are none.
 */
export function readYamlDocuments(
  text: string,
  options: { readonly limits?: Partial<YamlLimits>; readonly maxDocuments?: number } = {},
): YamlRead[] {
  return inOneGo(withoutStacks(readAll(text, { ...defaultLimits, ...options.limits }, options.maxDocuments)));
}

/** The package makes an Error of each thing it does not like, and the stacks of 200,000 take seconds. */
function* withoutStacks<T>(steps: Steps<T>): Steps<T> {
  for (;;) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    let step: IteratorResult<undefined, T>;
    try {
      step = steps.next();
    } finally {
      Error.stackTraceLimit = limit;
    }
    if (step.done === true) return step.value;
    yield;
  }
}

function* readAll(text: string, limits: YamlLimits, maxDocuments = Number.POSITIVE_INFINITY): Steps<YamlRead[]> {
  const lines = new LineCounter();
  const cut: YamlFault[] = [];
  const tokens = boundedTokens(text, limits, lines, (offset, message) =>
    cut.push({ ...place(lines, offset), message }),
  );
  const reads: YamlRead[] = [];
  for (const document of composed(tokens)) {
    if (cut.length > 0) break;
    yield;
    if (document === undefined) continue;
    if (isEmpty(document) && Number.isFinite(maxDocuments)) continue;
    if (reads.length === maxDocuments)
      return [refused({ ...place(lines, document.range[0]), message: "there is more than one document here" })];
    reads.push(readDocument(document, limits, lines, text));
  }
  const [refusal] = cut;
  return refusal === undefined ? reads : [...reads, refused(refusal)];
}

/** Documents, and `undefined` where others may go on. */
function* composed(tokens: Iterable<CST.Token | undefined>): Generator<Document.Parsed | undefined> {
  const composer = new Composer(dialect);
  for (const token of tokens) {
    if (token === undefined) yield undefined;
    else if (token.type === "document") {
      yield undefined;
      yield* composer.next(token);
    } else yield* composer.next(token);
  }
  yield* composer.end();
}

/** The line of the offset, and the one before it. */
function linesAt(text: string, offset: number): string[] {
  const end = text.indexOf("\n", offset);
  const before = text.lastIndexOf("\n", offset - 1);
  const start = before < 0 ? 0 : text.lastIndexOf("\n", before - 1) + 1;
  return text
    .slice(start, end < 0 ? text.length : end)
    .slice(-longestLines)
    .split("\n")
    .reverse();
}

function isEmpty({ contents, errors }: Document.Parsed): boolean {
  return (
    errors.length === 0 && (contents === null || (isScalar(contents) && contents.value === null && !contents.source))
  );
}

function readDocument(document: Document.Parsed, limits: YamlLimits, lines: LineCounter, text: string): YamlRead {
  const faults: YamlFault[] = [];
  const refuse = (offset: number, message: string): void => {
    if (faults.length < maxFaults) faults.push({ ...place(lines, offset), message });
  };
  // What comes after the first is mostly of its making.
  const broken = document.errors.reduce<YAMLParseError | undefined>(
    (first, error) => (first === undefined || error.pos[0] < first.pos[0] ? error : first),
    undefined,
  );
  if (broken !== undefined)
    refuse(broken.pos[0], broken.message + syntaxHint(broken.code, linesAt(text, broken.pos[0])));
  const root = document.contents;
  const targets = faults.length > 0 ? new Map() : checkNodes(root, refuse);
  // A document with faults may have aliases that lead round and round.
  const value = faults.length > 0 ? null : plainValue(root, targets, limits, refuse);
  const [first, ...others] = faults;
  if (first !== undefined) return refused(first, ...others);
  return {
    ok: true,
    document: {
      value,
      root: root ?? undefined,
      targets,
      placeAt: (offset) => place(lines, offset),
      placeOf: (path) => place(lines, offsetOfPath(document, path)),
      placeOfKey: (path) => place(lines, offsetOfKey(document, path) ?? offsetOfPath(document, path)),
      wordAt: (path) => wordAt(document, path),
    },
  };
}

function refused(...faults: [YamlFault, ...YamlFault[]]): YamlRead {
  return { ok: false, faults };
}

const emptyDocument: YamlDocument = {
  value: null,
  root: undefined,
  targets: new Map(),
  wordAt: () => undefined,
  placeAt: () => ({ line: 1, column: 1 }),
  placeOf: () => ({ line: 1, column: 1 }),
  placeOfKey: () => ({ line: 1, column: 1 }),
};

function offsetOfPath(document: Document.Parsed, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return offsetOf(document.contents);
}

function offsetOfKey(document: Document.Parsed, path: readonly PropertyKey[]): number | undefined {
  const parent: unknown = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  if (!isMap(parent)) return undefined;
  const key = parent.items.map((pair) => pair.key).find((each) => isScalar(each) && each.value === path.at(-1));
  return isNode(key) ? key.range?.[0] : undefined;
}

function wordAt(document: Document.Parsed, path: readonly PropertyKey[]): string | undefined {
  const node: unknown = document.getIn(path, true);
  return isScalar(node) && node.type === "PLAIN" ? node.source : undefined;
}

function place(lines: LineCounter, offset: number): YamlPlace {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
