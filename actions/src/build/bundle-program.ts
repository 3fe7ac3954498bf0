// Makes one file of a program and of all that it imports, to be run by the Node of the base layer.
import { dirname } from "node:path";
import { build } from "esbuild";

/** @param main The program's first source file. The same sources give the same bytes. */
export async function bundleProgram(main: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [main],
    // Modules are named by paths relative to this one, which are the same in every clone.
    absWorkingDir: dirname(main),
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node26",
    minifySyntax: true,
    minifyWhitespace: true, // but not names: stack traces must be read
    legalComments: "none",
    // A CommonJS module asks for Node's own by `require`, which a module does not have.
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    write: false,
    logLevel: "silent",
  });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error(`esbuild made nothing of ${main}`);
  return bundle.contents;
}
