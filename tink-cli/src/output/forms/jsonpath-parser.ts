// Reads kubectl's JSONPath templates: text with {expressions}, {range}…{end} and {"literals"}.

/** A template that cannot be read. `column` counts from 1. */
export class JsonPathError extends Error {
  override readonly name = "JsonPathError";
  readonly code = "bad-jsonpath";
  readonly column: number;
  constructor(message: string, column: number) {
    super(`jsonpath, column ${column}: ${message}`);
    this.column = column;
  }
}

type Literal = string | number | boolean | null;
export type Operand =
  | { readonly type: "path"; readonly steps: readonly PathStep[] }
  | { readonly type: "literal"; readonly value: Literal };
export type PathStep =
  | { readonly type: "field"; readonly names: readonly string[] }
  | { readonly type: "all" }
  | { readonly type: "descendants" }
  | {
      readonly type: "slice";
      readonly start: number | undefined;
      readonly end: number | undefined;
      readonly step: number;
    }
  | { readonly type: "index"; readonly index: number }
  | {
      readonly type: "filter";
      readonly left: Operand;
      readonly operator: string | undefined;
      readonly right: Operand | undefined;
    };
export type Node =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "print"; readonly steps: readonly PathStep[] }
  | { readonly type: "range"; readonly steps: readonly PathStep[]; readonly body: readonly Node[] };

/** Reads a template into nodes; `{` and `}` around a bare path may be left out. @throws {JsonPathError} */
export function parseJsonPath(template: string): Node[] {
  return new TemplateParser(template.includes("{") ? template : `{${template}}`).parse();
}

class TemplateParser {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  parse(): Node[] {
    const nodes = this.#nodes(false);
    return nodes;
  }

  #nodes(insideRange: boolean): Node[] {
    const nodes: Node[] = [];
    while (this.#at < this.#source.length) {
      const open = this.#source.indexOf("{", this.#at);
      const text = this.#source.slice(this.#at, open === -1 ? undefined : open);
      if (text !== "") nodes.push({ type: "text", text });
      if (open === -1) {
        this.#at = this.#source.length;
        break;
      }
      this.#at = open + 1;
      if (this.#keyword("end")) {
        if (!insideRange) this.#fail("{end} without {range}");
        return nodes;
      }
      nodes.push(this.#expression());
    }
    if (insideRange) this.#fail("{range} without {end}");
    return nodes;
  }

  #expression(): Node {
    if (/^range\s/.test(this.#rest())) {
      this.#match(/^range\s+/);
      const steps = this.#path();
      this.#expect("}");
      return { type: "range", steps, body: this.#nodes(true) };
    }
    const text = this.#match(/^\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*\}/)?.[1];
    if (text !== undefined) return { type: "text", text: unquote(text) };
    const steps = this.#path();
    this.#expect("}");
    return { type: "print", steps };
  }

  #path(): PathStep[] {
    this.#match(/^\s*[$@]?/);
    const steps: PathStep[] = [];
    for (;;) {
      if (this.#match(/^\.\./)) {
        steps.push({ type: "descendants" });
        const name = this.#match(/^(?:[\w/-]|\\.)+/)?.[0];
        if (name !== undefined) steps.push(field(name));
      } else if (this.#match(/^\.?\*/)) steps.push({ type: "all" });
      else if (this.#match(/^\.?\[/)) steps.push(this.#bracket());
      else {
        const name = this.#match(steps.length === 0 ? /^\.?((?:[\w/-]|\\.)+)/ : /^\.((?:[\w/-]|\\.)+)/)?.[1];
        if (name === undefined) break;
        steps.push(field(name));
      }
    }
    this.#match(/^\.?\s*/);
    return steps;
  }

  #bracket(): PathStep {
    if (this.#match(/^\s*\*\s*\]/)) return { type: "all" };
    if (this.#match(/^\?\(/)) return this.#filter();
    const quoted = this.#match(/^\s*((?:'[^']*'|"[^"]*")(?:\s*,\s*(?:'[^']*'|"[^"]*"))*)\s*\]/)?.[1];
    if (quoted !== undefined)
      return { type: "field", names: [...quoted.matchAll(/'([^']*)'|"([^"]*)"/g)].map((m) => m[1] ?? m[2] ?? "") };
    const numbers = this.#match(/^\s*(-?\d*)(?:(:)(-?\d*)(?::(\d*))?)?\s*\]/);
    if (numbers === undefined || (numbers[1] === "" && numbers[2] === undefined))
      this.#fail("expected an index, a slice, a name in quotes, * or ?( ) in [ ]");
    const [, start, colon, end, step] = numbers;
    if (colon === undefined) return { type: "index", index: Number(start) };
    return { type: "slice", start: bound(start), end: bound(end), step: Math.max(1, bound(step) ?? 1) };
  }

  #filter(): PathStep {
    const left = this.#operand();
    const operator = this.#match(/^\s*(==|!=|<=|>=|<|>)\s*/)?.[1];
    const right = operator === undefined ? undefined : this.#operand();
    this.#match(/^\s*/);
    this.#expect(")");
    this.#expect("]");
    return { type: "filter", left, operator, right };
  }

  #operand(): Operand {
    const text = this.#match(/^\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/)?.[1];
    if (text !== undefined) return { type: "literal", value: unquote(text) };
    const word = this.#match(/^\s*(-?\d+(?:\.\d+)?|true|false|null)\b/)?.[1];
    if (word !== undefined) return { type: "literal", value: JSON.parse(word) as Literal };
    return { type: "path", steps: this.#path() };
  }

  #rest(): string {
    return this.#source.slice(this.#at);
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    const found = pattern.exec(this.#rest()) ?? undefined;
    if (found !== undefined) this.#at += found[0].length;
    return found;
  }

  #keyword(word: string): boolean {
    return this.#match(new RegExp(`^\\s*${word}\\s*\\}`)) !== undefined;
  }

  #expect(character: string): void {
    if (this.#source[this.#at] !== character) this.#fail(`expected "${character}"`);
    this.#at += 1;
  }

  #fail(message: string): never {
    throw new JsonPathError(message, this.#at + 1);
  }
}

function field(name: string): PathStep {
  return { type: "field", names: [name.replaceAll(/\\(.)/g, "$1")] };
}

function bound(text: string | undefined): number | undefined {
  return text === undefined || text === "" ? undefined : Number(text);
}

function unquote(text: string): string {
  const body = text.slice(1, -1).replaceAll("\\'", "'");
  return JSON.parse(`"${text.startsWith("'") ? body.replaceAll(/(?<!\\)"/g, '\\"') : body}"`) as string;
}
