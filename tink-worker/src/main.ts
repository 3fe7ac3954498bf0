// The program: options in, exit code out.

import { helpText, readConfig } from "./config.ts";
import { jsonLog } from "./log.ts";
import { startWorker } from "./start.ts";
import { sentenceOf, WorkerError } from "./worker-error.ts";

class Stopped extends Error {}

/** 0: stopped by a signal (a running action goes on). 64: wrong options. 1: could not begin or go on. */
async function main(): Promise<number> {
  const log = jsonLog((line) => process.stdout.write(line), Date.now);
  const stop = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => stop.abort(new Stopped(name)));
  try {
    const config = readConfig(process.argv.slice(2), process.env);
    if (config === "help") {
      process.stdout.write(helpText());
      return 0;
    }
    return await startWorker(config, process.env, log, stop.signal);
  } catch (error) {
    if (error instanceof Stopped) {
      log("worker-stopped", { reason: error.message });
      return 0;
    }
    log("worker-failed", { reason: sentenceOf(error) });
    return error instanceof WorkerError && error.code === "bad-config" ? 64 : 1;
  }
}

// No await here: as a plain script, which Hook makes of it, this starts sooner than as a module.
void main().then((code) => {
  process.exitCode = code;
});
