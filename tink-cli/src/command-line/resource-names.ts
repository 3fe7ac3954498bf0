// Reads what people type for a resource: hardware/a, hw a, workflows, Workflow.
import { type KindNames, kindNames } from "@neverland/api/kind-names";
import { CliError } from "../cli-error.ts";

/** All objects of a kind, or one. */
export type Target = {
  readonly kind: KindNames;
  readonly name?: string | undefined;
  /** Where a file says it. */
  readonly namespace?: string | undefined;
};

/** A kind by its plural, singular or short name, or as `plural.group`, in any case. */
export function findKindNamed(text: string): KindNames | undefined {
  const wanted = text.toLowerCase();
  return Object.values<KindNames>(kindNames).find((info) =>
    [info.plural, info.singular, info.kind.toLowerCase(), ...info.shortNames].some(
      (name) => wanted === name || wanted === `${name}.${info.group}`,
    ),
  );
}

/** As {@link findKindNamed}. @throws {CliError} `usage`, with those there are. */
export function readKind(text: string): KindNames {
  const found = findKindNamed(text);
  if (found !== undefined) return found;
  if (/^(ev|events?)(\.|$)/i.test(text))
    throw new CliError("usage", `There is no resource "${text}" here: tink events shows what happened`);
  const names = Object.values<KindNames>(kindNames).map((info) => info.plural);
  throw new CliError("usage", `There is no resource "${text}". Expected one of: ${names.join(", ")}`);
}

/** A kind, or a category of them. */
export function isKindWord(text: string): boolean {
  return findKindNamed(text) !== undefined || kindsOfCategory(text).length > 0;
}

function kindsOfCategory(text: string): KindNames[] {
  return Object.values<KindNames>(kindNames).filter(({ categories }) => categories.includes(text.toLowerCase()));
}

/** A kind, or the kinds of a category: `all`, `tinkerbell`. @throws {CliError} `usage` */
function readKinds(text: string): KindNames[] {
  const ofCategory = kindsOfCategory(text);
  return ofCategory.length > 0 ? ofCategory : [readKind(text)];
}

/** `KIND NAME…`, `KIND,KIND`, or `KIND/NAME` once or more. @throws {CliError} `usage` when forms are mixed. */
export function readTargets(words: readonly string[]): Target[] {
  const [first, ...names] = words;
  if (first === undefined) throw new CliError("usage", "Name a resource, such as hardware or workflow/NAME");
  if (!first.includes("/")) {
    const found = first.split(",").flatMap(readKinds);
    const mixed = names.find((name) => name.includes("/"));
    if (mixed !== undefined)
      throw new CliError("usage", `${mixed}: ${first} stands in front, so names follow; else write KIND/NAME of each`);
    return names.length === 0
      ? found.map((kind) => ({ kind }))
      : found.flatMap((kind) => names.map((name) => ({ kind, name })));
  }
  return words.map((word) => {
    const [kind, name, ...rest] = word.split("/");
    if (!kind || !name || rest.length > 0)
      throw new CliError("usage", `${word}: expected KIND/NAME, as in hardware/node-1`);
    return { kind: readKind(kind), name };
  });
}
