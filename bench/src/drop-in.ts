// What a user of Tinkerbell brings: manifests in their usual forms are read, and bodies of templates are rendered as Go renders them.
import { unknownFields, unknownFieldText } from "@neverland/api";
import { formatFault, readManifest } from "@neverland/api/manifest";
import { checkSource, formatProblem, renderTemplate } from "@neverland/templates";
import { type Outcome, startOracle } from "@neverland/templates/testing/go-oracle.ts";
import { hardware, hardwareCorpus, hardwareMap } from "./drop-in/hardware-corpus.ts";
import { type TemplateBody, templateCorpus } from "./drop-in/template-corpus.ts";
import { otherCorpus, workflowCorpus } from "./drop-in/workflow-corpus.ts";

export const summary =
  "drop-in: manifests and templates of Tinkerbell's users: accepted, and rendered as Go renders them";

type Verdict = { readonly what: string; readonly differences: readonly string[] };

/** Nothing is measured, so each run tells the same. */
export async function run(): Promise<void> {
  const specs = { Hardware: hardwareCorpus, Workflow: workflowCorpus };
  const ours = Object.entries(specs).flatMap(([kind, corpus]) =>
    Object.entries(corpus).map(([name, spec]): [string, string] => [`${kind}: ${name}`, manifest(kind, spec)]),
  );
  const templates = Object.entries(templateCorpus);
  const bodies = templates.map(([name, { data }]): [string, string] => [
    `Template: ${name}`,
    manifest("Template", `data: |\n${indented(data)}`),
  ]);
  const manifests = [...ours, ...bodies, ...Object.entries(otherCorpus)];
  print(
    "manifests accepted",
    manifests.map(([what, text]) => ({ what, differences: faultsOf(text) })),
  );
  const askGo = await startOracle();
  const inGo = (source: string) => askGo(source, { ...hardwareMap, hardware });
  print(
    "templates rendered the same",
    templates.map(([what, one]) => ({ what, differences: renderingOf(one, inGo) })),
  );
}

function manifest(kind: string, spec: string): string {
  return `apiVersion: tinkerbell.org/v1alpha1\nkind: ${kind}\nmetadata: {name: node-1, namespace: default}\nspec:\n${indented(spec)}`;
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}

/** As `tink apply` looks at a file. */
function faultsOf(text: string): string[] {
  const read = readManifest(text, "manifest.yaml");
  if (!read.ok) return read.faults.map(formatFault);
  return read.resources.flatMap(({ kind, resource }) => {
    const unknown = unknownFields(kind, resource).map((field) => unknownFieldText(field));
    if (kind.kind !== "Template") return unknown;
    const { data } = resource.spec as { readonly data: string }; // the manifest has just been made of it
    const { problems, warnings } = checkSource({ name: "node-1", data });
    return [...unknown, ...[...problems, ...warnings].map(formatProblem)];
  });
}

/** By Go itself; where functions are called that the oracle has not, by the parts that are written out. */
function renderingOf({ data, says }: TemplateBody, inGo: (source: string) => Outcome): string[] {
  const result = renderTemplate({ name: "tpl", data, hardware, hardwareMap });
  if (!result.ok) return result.problems.map(formatProblem);
  if (says !== undefined)
    return says.filter((part) => !result.rendered.includes(part)).map((part) => `${JSON.stringify(part)} is not in it`);
  const go = inGo(data);
  if ("error" in go) return [`Go refuses it: ${go.error}`];
  return go.output === result.rendered
    ? []
    : [`Go renders ${JSON.stringify(go.output)}, we ${JSON.stringify(result.rendered)}`];
}

function print(title: string, verdicts: readonly Verdict[]): void {
  const same = verdicts.filter(({ differences }) => differences.length === 0).length;
  console.log(`${title.padEnd(30)}${same} of ${verdicts.length}`);
  for (const { what, differences } of verdicts)
    for (const one of differences) console.log(`  differs: ${what}: ${one}`);
}
