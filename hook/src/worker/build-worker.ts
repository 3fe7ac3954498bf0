// Makes the worker's files for Hook: the program, with all that it imports and V8's compiled code of it, and what starts it.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { runProgram } from "@neverland/debian";
import { type BuildOptions, build } from "esbuild";
import { sourceFile } from "./worker-script.ts";

/** What Hook runs with Node. */
export const startFile = "start.cjs";

const bundling = {
  bundle: true,
  format: "cjs",
  platform: "node",
  target: "node26",
  minifySyntax: true,
  minifyWhitespace: true, // but not names: stack traces must be read
  legalComments: "none",
  logLevel: "error",
} as const satisfies BuildOptions;

/** With these V8 makes the same bytes of the same source each time; its own check of a cache passes over both. */
const sameBytes = ["--predictable", "--random-seed=1"] as const;

/**
 * @param repository The root of the checkout.
 * @param outDir Made when missing. Equal sources and an equal Node give equal bytes in it.
 * @throws {ProgramError} When the worker does not start.
 */
export async function buildWorker(repository: string, outDir: string, signal?: AbortSignal): Promise<void> {
  await mkdir(outDir, { recursive: true });
  await build({
    ...bundling,
    entryPoints: [join(repository, "tink-worker/src/main.ts")],
    outfile: join(outDir, sourceFile),
    banner: { js: "(function (require) {" },
    footer: { js: "})" },
  });
  await build({
    ...bundling,
    entryPoints: [join(import.meta.dirname, "start-worker.ts")],
    outfile: join(outDir, startFile),
  });
  const program = join(import.meta.dirname, "compile-worker.ts");
  await runProgram([process.execPath, ...sameBytes, program, outDir], signal ? { signal } : {});
}
