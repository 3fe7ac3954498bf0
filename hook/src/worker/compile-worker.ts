// A program of the build: starts the worker once, for its help, and writes down what V8 compiled for that.
import { writeFileSync } from "node:fs";
// biome-ignore lint/plugin: the worker is one bundled script, which loads nothing of ours by it.
import { createRequire } from "node:module";
import { join } from "node:path";
import { codeCacheFile, runWorker, workerScript } from "./worker-script.ts";

const [, , dir = ""] = process.argv;
const script = workerScript(dir);
// At the end, and not before the start: functions that ran are in the cache then, and need not be compiled either.
process.once("exit", () => writeFileSync(join(dir, codeCacheFile), script.createCachedData()));
process.argv = [process.execPath, "tink-worker", "--help"];
runWorker(script, createRequire(import.meta.url));
