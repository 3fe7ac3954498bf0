// The worker as V8 takes it: source, and what V8 made of it when Hook was built. Compiling is most of the worker's own start.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Script } from "node:vm";

/** The source is one function expression: `(function (require) { ... })`. */
export const sourceFile = "worker.js";
/** Not wanted at any price: V8 passes over what another version of it made, and compiles. */
export const codeCacheFile = "worker.cache";

/** @param dir Holds the source. */
export function workerScript(dir: string, cachedData?: Buffer): Script {
  // Named without its folder, which would be a part of what is compiled.
  const options = { filename: sourceFile, ...(cachedData ? { cachedData } : {}) };
  return new Script(readFileSync(join(dir, sourceFile), "utf8"), options);
}

/** Runs the worker in this process; it loads Node's own modules with `require`. */
export function runWorker(script: Script, require: NodeJS.Require): void {
  const worker = script.runInThisContext() as (require: NodeJS.Require) => void; // what `sourceFile` says it is
  worker(require);
}
