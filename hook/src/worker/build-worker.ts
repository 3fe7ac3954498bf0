// Makes the worker's files for Hook: the program, with all that it imports and V8's compiled code of it, and what starts it.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleProgram } from "@neverland/actions";
import { runProgram } from "@neverland/debian";
import { sourceFile } from "./worker-script.ts";

/** What Hook runs with Node. */
export const startFile = "start.cjs";

/** The script as one function expression, so that what starts it can hand it its own `require`. */
const asFunction = { before: "(function (require) {", after: "})" };
/** With these V8 makes the same bytes of the same source each time; its own check of a cache passes over both. */
const sameBytes = ["--predictable", "--random-seed=1"] as const;

/**
 * @param repository The root of the checkout.
 * @param outDir Made when missing. Equal sources and an equal Node give equal bytes in it.
 * @throws {ProgramError} When the worker does not start.
 */
export async function buildWorker(repository: string, outDir: string, signal?: AbortSignal): Promise<void> {
  await mkdir(outDir, { recursive: true });
  await writeFile(
    join(outDir, sourceFile),
    await bundleProgram(join(repository, "tink-worker/src/main.ts"), asFunction),
  );
  await writeFile(join(outDir, startFile), await bundleProgram(join(import.meta.dirname, "start-worker.ts")));
  const program = join(import.meta.dirname, "compile-worker.ts");
  await runProgram([process.execPath, ...sameBytes, program, outDir], signal ? { signal } : {});
}
