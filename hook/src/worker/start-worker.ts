// The program that Hook starts: the worker, from its code cache. It is bundled into one CommonJS file, which Node starts sooner than a module.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { codeCacheFile, runWorker, workerScript } from "./worker-script.ts";

runWorker(workerScript(__dirname, readFileSync(join(__dirname, codeCacheFile))), require);
