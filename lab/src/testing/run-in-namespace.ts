// A program for tests to kill: the outermost process of a lab, running the node script given as arguments.
import { runInLabNamespace } from "../namespace/namespace.ts";

const [asRoot, ...script] = process.argv.slice(2);
const { signal } = new AbortController();
const space = await runInLabNamespace({ argv: [process.execPath, ...script], asRoot: asRoot === "root", signal });
process.exitCode = await space.exitCode;
