// How much of what Tinkerbell's users bring is taken as it is: manifests by tink apply and kubectl, templates beside Go's own text/template and sprig.
import { ProgramError } from "@neverland/debian";
import { type Acceptance, acceptedByKubectl, acceptedByTink } from "./drop-in/acceptance.ts";
import { compare, firstDifference } from "./drop-in/compare.ts";
import { kindOf, type Rendering, readCorpus, renderings } from "./drop-in/corpus.ts";
import { recordedOfGo, recordOfGo, renderByGo } from "./drop-in/go-renderings.ts";
import { documentProblems, type Outcome } from "./drop-in/our-renderings.ts";

export const summary =
  "drop-in: Tinkerbell's manifests and templates that are taken as they are, beside Go and kubectl";

/** @param args `--record` writes down what Go made of the templates, for the tests and for machines without Go. */
export async function run(args: readonly string[]): Promise<void> {
  const files = await readCorpus();
  const objects = files.flatMap((file) => file.objects);
  const counts = Object.entries(Object.groupBy(objects, kindOf)).map(([kind, of]) => `${of?.length} ${kind}`);
  console.log(`manifests: ${objects.length} objects in ${files.length} files: ${counts.join(", ")}`);
  printAcceptance("tink apply", await acceptedByTink(files), objects.length);
  printAcceptance("kubectl apply", await acceptedByKubectl(files), objects.length);

  const asked = renderings(files);
  const { outcomes, by } = await gosOutcomes(asked);
  if (args.includes("--record")) await recordOfGo(asked, outcomes);
  const { same, refusedAlike, differing } = compare(asked, outcomes);
  console.log(`\ntemplates: ${asked.length} renderings, beside ${by}`);
  console.log(`  the same                 ${same}, of which ${refusedAlike} fail in both, in the same words`);
  console.log(`  different                ${differing.length}`);
  for (const { key, ours, gos } of differing) {
    const [mine, its] = firstDifference(ours, gos);
    console.log(`    ${key}\n      ours: ${mine}\n      Go's: ${its}`);
  }
  for (const each of asked)
    for (const problem of documentProblems(each)) console.log(`  no workflow document: ${each.key}: ${problem}`);
}

function printAcceptance(by: string, { accepted, refusals }: Acceptance, all: number): void {
  console.log(`  ${by.padEnd(25)}${accepted} of ${all}`);
  for (const refusal of refusals) console.log(`    ${refusal.replaceAll("\n", "\n      ")}`);
}

async function gosOutcomes(
  asked: readonly Rendering[],
): Promise<{ readonly outcomes: readonly (Outcome | undefined)[]; readonly by: string }> {
  try {
    return { outcomes: await renderByGo(asked), by: "Go's text/template and sprig" };
  } catch (error) {
    if (!(error instanceof ProgramError) || error.code !== "not-found") throw error;
    const recorded = await recordedOfGo();
    return { outcomes: asked.map(({ key }) => recorded.get(key)), by: "what was recorded of Go: there is no Go here" };
  }
}
