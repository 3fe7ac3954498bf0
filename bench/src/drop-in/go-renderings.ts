// What Go's own text/template and sprig make of the corpus: by a small program in Go, and as it was recorded of that program.
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "@neverland/debian";
import type { Rendering } from "./corpus.ts";
import type { Outcome } from "./our-renderings.ts";

const source = join(import.meta.dirname, "go");
const record = join(source, "rendered.json");

/** @throws {ProgramError} Where there is no Go, or it cannot fetch its modules. */
export async function renderByGo(asked: readonly Rendering[]): Promise<readonly Outcome[]> {
  const program = join(tmpdir(), "go-renderings");
  const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-buildvcs=false -mod=readonly" };
  await runProgram(["go", "build", "-o", program, "."], { cwd: source, env });
  const input = asked.map((each) => JSON.stringify(each)).join("\n");
  const lines = (await runProgram([program], { input })).trim().split("\n");
  return lines.map((line) => JSON.parse(line) as Outcome);
}

/** By the key of each rendering. */
export async function recordedOfGo(): Promise<ReadonlyMap<string, Outcome>> {
  return new Map(Object.entries(JSON.parse(await readFile(record, "utf8")) as Record<string, Outcome>));
}

export async function recordOfGo(
  asked: readonly Rendering[],
  outcomes: readonly (Outcome | undefined)[],
): Promise<void> {
  const entries = asked.map(({ key }, at) => [key, outcomes[at]] as const);
  await writeFile(record, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
}
