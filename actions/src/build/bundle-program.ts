// Makes one file of a program and of all that it imports, to be run by the Node of the base layer.
import { dirname } from "node:path";
import { build } from "esbuild";

/**
 * One CommonJS script, which Node starts sooner than a module: importing `node:http` as a module alone loads the whole of Node's fetch.
 * @param main The program's first source file; it awaits nothing at its top. The same sources give the same bytes.
 * @param wrapping Text to put before and after the script.
 */
export async function bundleProgram(
  main: string,
  wrapping: { readonly before: string; readonly after: string } = { before: "", after: "" },
): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [main],
    // Modules are named by paths relative to this one, which are the same in every clone.
    absWorkingDir: dirname(main),
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node26",
    // Also what is loaded later is loaded with `require`, for the same reason.
    supported: { "dynamic-import": false },
    minifySyntax: true,
    minifyWhitespace: true, // but not names: stack traces must be read
    legalComments: "none",
    banner: { js: wrapping.before },
    footer: { js: wrapping.after },
    write: false,
    logLevel: "silent",
  });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error(`esbuild made nothing of ${main}`);
  return bundle.contents;
}
