// What is wrong with a template as it is written, before there is a machine to render it for: what would be wrong for every one.
import { readYaml } from "@neverland/yaml";
import { outlineOf } from "./outline.ts";
import type { TemplateProblem } from "./problem.ts";
import { parseTemplate } from "./render-template.ts";
import { readWorkflowDocument } from "./workflow-document.ts";

export type SourceCheck = {
  /** It never renders. Places are in the source. */
  readonly problems: readonly TemplateProblem[];
  /** It renders, and something in it means nothing. */
  readonly warnings: readonly TemplateProblem[];
};

/**
 * Syntax and functions as the engine reads them; then the document around the actions, each of which stands for some value. What an action
 * makes is not known, so nothing is said of it; where actions decide what is there at all (`if`, `range`), only unknown keys are.
 */
export function checkSource(template: { readonly name: string; readonly data: string }): SourceCheck {
  const problems = parseTemplate(template);
  if (problems.length > 0) return { problems, warnings: [] };
  const outline = outlineOf(template.data);
  const read = readWorkflowDocument(outline.text);
  const inSource = (found: readonly TemplateProblem[]): TemplateProblem[] =>
    found.filter(({ line, column }) => !outline.isMade(line, column)).map((one) => ({ ...one, in: "template" }));
  // Of a value on a line of its own, as toYaml makes it, the outline is no YAML, though the rendered text is.
  const isCertain = !outline.hasActions || !isBroken(outline.text);
  const found = read.ok || outline.isDecided || !isCertain ? [] : inSource(read.problems);
  return { problems: found, warnings: inSource(read.warnings) };
}

function isBroken(text: string): boolean {
  return !readYaml(text).ok;
}
