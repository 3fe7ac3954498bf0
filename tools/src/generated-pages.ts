// The pages that are made from tables in the code, and the files that are the same for several kinds.
import { readFileSync } from "node:fs";
import { eventReference, viewReference } from "@neverland/api";
import { fieldReference } from "@neverland/api/field-reference";
import { commandReference } from "@neverland/tink-cli/command-reference";
import { configReference } from "@neverland/tink-up/config-reference.ts";

const health = "argocd/health";
/** Argo CD wants a script for each kind, and all say it by the same conditions. */
const likeWorkflow = [
  "tinkerbell.org_Hardware",
  "tinkerbell.org_Template",
  "bmc.tinkerbell.org_Machine",
  "bmc.tinkerbell.org_Job",
  "tinkerbell.org_WorkflowRuleSet",
  "bmc.tinkerbell.org_Task",
];
const workflowHealth = () => readFileSync(`${health}/tinkerbell.org_Workflow.lua`, "utf8");

/** By path in the repository: what makes the page's text. */
export const generatedPages: Readonly<Record<string, () => string | Promise<string>>> = {
  "docs/configuration.md": configReference,
  "docs/events.md": eventReference,
  "docs/machine-states.md": viewReference,
  "docs/reference/commands.md": commandReference,
  "docs/reference/fields.md": fieldReference,
  ...Object.fromEntries(likeWorkflow.map((kind) => [`${health}/${kind}.lua`, workflowHealth])),
};
