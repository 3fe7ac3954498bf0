// A parsed template that can be rendered any number of times.
import { type ExecOptions, execute } from "./exec/exec.ts";
import type { FunctionMap } from "./functions/signature.ts";
import { parse } from "./parse/parse.ts";
import { TemplateError } from "./template-error.ts";
import { toBytes, toText } from "./values/bytes.ts";
import { fromPlain } from "./values/plain.ts";
import type { GoValue } from "./values/values.ts";

export interface Template {
  readonly name: string;
  /** @throws {TemplateError} `execution` or `limit` */
  readonly render: (data: GoValue) => string;
}

/** @throws {TemplateError} `syntax` or `limit` */
export function compileTemplate(name: string, source: string, functions: FunctionMap, options?: ExecOptions): Template {
  const nameBytes = toBytes(name);
  const trees = withinStack(name, () => parse(nameBytes, toBytes(source), (word) => functions.has(word)));
  return {
    name,
    render: (data) => withinStack(name, () => toText(execute(trees, nameBytes, data, functions, options))),
  };
}

/** Parses and renders in one step, on JSON-like data. */
export function renderText(name: string, source: string, data: unknown, functions: FunctionMap): string {
  return compileTemplate(name, source, functions).render(fromPlain(data));
}

/** The nesting limits leave room on an ordinary stack; this is for a caller that had used most of it. */
function withinStack<T>(templateName: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new TemplateError("limit", `template: ${templateName}:1: nested too deeply for the stack`, {
      templateName,
      line: 1,
      column: 0,
    });
  }
}
