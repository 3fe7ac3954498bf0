export type { Environment, WorkerConfig } from "./config.ts";
export { readConfig } from "./config.ts";
export { startWorker } from "./start.ts";
export { WorkerError } from "./worker-error.ts";
