// Starts the component that its first argument names, alone, in the folder that the second names, and prints which modules were loaded:
// `before`, by composition itself, and `after`, for the component.
import { registerHooks } from "node:module";
import type { Logger } from "@neverland/platform/log/log.ts";

let loaded: string[] = [];
registerHooks({
  load(url, context, next) {
    loaded.push(url);
    return next(url, context);
  },
});

const [name = "", dataDir = ""] = process.argv.slice(2);
const { readServerConfig } = await import("../settings/config.ts");
const { startServer } = await import("../main.ts");
const before = loaded;
loaded = [];
const flags = new Map([
  ["only", { from: "flag", value: [name], name: "--only" }],
  ["api.listen", { from: "flag", value: "127.0.0.1:0", name: "--api-listen" }],
  ["boots.http.port", { from: "flag", value: "0", name: "--http-port" }],
  ["tinkServer.port", { from: "flag", value: "0", name: "--grpc-port" }],
] as const);
const config = await readServerConfig({ dataDir, configFile: undefined, env: {}, flags });
const quiet = (): void => undefined;
const log = { info: quiet, warn: quiet, error: quiet } as unknown as Logger; // all that composition uses of it
const server = await startServer(config, { log, version: "0.0.0", signal: AbortSignal.timeout(60_000) });
await server.stop(AbortSignal.timeout(5000));
process.stdout.write(JSON.stringify({ before, after: loaded }));
