// Whether a running server takes the corpus, a file at a time: by our `tink apply`, and by Debian's kubectl.
import { basename, join } from "node:path";
import { ProgramError, runProgram } from "@neverland/debian";
import { debianKubectl } from "@neverland/resource-api/testing/debian-kubectl.ts";
import { startForPeople } from "../workers/tink-up.ts";
import type { CorpusFile } from "./corpus.ts";

export type Acceptance = {
  /** Of objects. */
  readonly accepted: number;
  /** `FILE: what was said`, of each file of which not all was taken. */
  readonly refusals: readonly string[];
};

const tink = join(import.meta.dirname, "../../../tink");
/** As both say of each object that they have sent. */
const taken = /^\S+ (?:created|configured|unchanged)$/gm;

type Apply = (dataDir: string, path: string) => readonly [string, ...string[]];

export async function acceptedByTink(files: readonly CorpusFile[]): Promise<Acceptance> {
  return await acceptedBy(files, (dataDir, path) => [tink, "--data-dir", dataDir, "apply", "-f", path]);
}

export async function acceptedByKubectl(files: readonly CorpusFile[]): Promise<Acceptance> {
  const kubectl = await debianKubectl();
  return await acceptedBy(files, (dataDir, path) => [
    kubectl,
    "--kubeconfig",
    join(dataDir, "kubeconfig"),
    "apply",
    "-f",
    path,
  ]);
}

/** Each has a server of its own: what one has made the other would only change. */
async function acceptedBy(files: readonly CorpusFile[], apply: Apply): Promise<Acceptance> {
  const { server, dataDir } = await startForPeople();
  try {
    let accepted = 0;
    const refusals: string[] = [];
    for (const { path, objects } of files) {
      const said = await saidOf(apply(dataDir, path), dataDir);
      const count = said.match(taken)?.length ?? 0;
      accepted += count;
      if (count < objects.length) refusals.push(`${basename(path)}: ${said.replace(taken, "").trim()}`);
    }
    return { accepted, refusals };
  } finally {
    await server.stop();
  }
}

/** On both streams, whether it failed or not. */
async function saidOf(argv: readonly [string, ...string[]], home: string): Promise<string> {
  let said = "";
  const onOutput = (text: string): void => {
    said += text;
  };
  try {
    await runProgram(argv, { env: { ...process.env, HOME: home }, onOutput });
  } catch (error) {
    if (!(error instanceof ProgramError) || error.code !== "failed") throw error;
  }
  return said;
}
