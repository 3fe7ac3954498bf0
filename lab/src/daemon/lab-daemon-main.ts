// The program inside a daemon's namespace: takes its options as one JSON argument, ends on SIGTERM.

import { reasonOf } from "../lab-error.ts";
import { type LabDaemonOptions, runLabDaemon } from "./lab-daemon.ts";

const options: LabDaemonOptions = JSON.parse(process.argv[2] ?? "{}");
const end = new AbortController();
process.once("SIGTERM", () => end.abort());
process.once("SIGINT", () => end.abort());
try {
  await runLabDaemon(options, end.signal);
} catch (error) {
  process.stderr.write(`${reasonOf(error)}\n`);
  process.exitCode = 1;
}
