// What is wrong with a template as it is written, before there is a machine to render it for: what would be wrong for every one.
import { inOneGo, type Steps } from "@neverland/yaml";
import { outlineOf } from "./outline.ts";
import type { TemplateProblem } from "./problem.ts";
import { parseTemplate } from "./render-template.ts";
import { documentInSteps } from "./workflow-document.ts";

type TemplateSource = { readonly name: string; readonly data: string };

export type SourceCheck = {
  /** It never renders. Places are in the source. */
  readonly problems: readonly TemplateProblem[];
  /** It renders, and something in it means nothing. */
  readonly warnings: readonly TemplateProblem[];
};

/** What is broken breaks what comes after it. */
const mostTold = 3;

/**
 * Syntax and functions as the engine reads them; then the document around the actions, each of which stands for some value. What an action
 * makes is not known, so nothing is said of it; where actions decide what is there at all (`if`, `range`), only unknown keys are.
 */
export function checkSource(template: TemplateSource): SourceCheck {
  return inOneGo(checkSourceInSteps(template));
}

/** As {@link checkSource}, for who has others waiting. */
export function* checkSourceInSteps(template: TemplateSource): Steps<SourceCheck> {
  const unparsed = parseTemplate(template);
  if (unparsed.length > 0) return { problems: unparsed, warnings: [] };
  yield;
  const outline = outlineOf(template.data);
  yield;
  const whole = yield* documentInSteps(outline.text);
  const isWhole = whole.ok || whole.isBroken !== true;
  // An action's text may have several lines, of which nothing is known: without them only whether the rest is YAML is.
  const isSame = outline.withoutLines === outline.text;
  const read = isWhole || isSame ? whole : yield* documentInSteps(outline.withoutLines);
  const isKnown = isWhole || (!read.ok && read.isBroken === true);
  const inSource = (found: readonly TemplateProblem[]): TemplateProblem[] =>
    found.filter(({ line, column }) => !outline.isMade(line, column)).map((one) => ({ ...one, in: "template" }));
  const problems = read.ok || outline.isDecided || !isKnown ? [] : inSource(read.problems);
  return { problems: problems.slice(0, mostTold), warnings: inSource(read.warnings) };
}
