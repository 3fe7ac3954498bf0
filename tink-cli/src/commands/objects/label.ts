// tink label: short texts that objects are selected by.
import type { Command } from "commander";
import type { CliContext } from "../../context.ts";
import { configurePairs } from "../../objects/change-pairs.ts";

export function configure(command: Command, context: CliContext): void {
  const done = { set: "labeled", removed: "unlabeled", nothing: "not labeled" };
  configurePairs(command, context, { member: "labels", singular: "label", done });
}
