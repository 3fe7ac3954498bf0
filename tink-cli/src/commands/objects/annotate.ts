// tink annotate: texts at objects, for programs and people.
import type { Command } from "commander";
import type { CliContext } from "../../context.ts";
import { configurePairs } from "../../objects/change-pairs.ts";

export function configure(command: Command, context: CliContext): void {
  const done = { set: "annotated", removed: "annotated", nothing: "annotated" };
  configurePairs(command, context, { member: "annotations", singular: "annotation", done });
}
