// Makes one file of an action's program, to be run by the Node of the base layer.
import { join } from "node:path";
import { build } from "esbuild";

/** @param action The folder in `actions/src` whose `main.ts` is bundled. The same sources give the same bytes. */
export async function bundleAction(action: string): Promise<Uint8Array> {
  const sources = join(import.meta.dirname, "..");
  const { outputFiles } = await build({
    entryPoints: [join(sources, action, "main.ts")],
    absWorkingDir: sources,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node26",
    minifySyntax: true,
    minifyWhitespace: true, // but not names: stack traces must be read
    legalComments: "none",
    write: false,
    logLevel: "silent",
  });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error(`esbuild made nothing of ${action}`);
  return bundle.contents;
}
