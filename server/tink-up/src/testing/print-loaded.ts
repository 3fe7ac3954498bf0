// Starts everything there is on free ports of loopback, prints which modules of Node itself were loaded for that, and ends. A program of
// its own: a test loads more by itself. Its argument is the data folder.
import type { Logger } from "@neverland/platform/log/log.ts";
import { startServer } from "../main.ts";
import { readServerConfig } from "../settings/config.ts";

const [dataDir = ""] = process.argv.slice(2);
const settings = {
  "api.listen": "127.0.0.1:0",
  "boots.listen": "127.0.0.1",
  "boots.http.port": 0,
  "tinkServer.port": 0,
};
const flags = new Map(
  Object.entries(settings).map(([path, value]) => [path, { from: "flag", value, name: path }] as const),
);
const config = await readServerConfig({ dataDir, configFile: undefined, env: {}, flags });
const ignore = (): void => undefined;
const log = { info: ignore, warn: ignore, error: ignore } as unknown as Logger; // all that composition uses of it
const server = await startServer(config, { log, version: "0.0.0", signal: AbortSignal.timeout(60_000) });
const loaded: unknown = Reflect.get(process, "moduleLoadList");
process.stdout.write(JSON.stringify({ addresses: server.addresses, loaded }));
await server.stop(AbortSignal.timeout(5000));
