// What other packages may use of the server.
export { type Logger, openLog } from "@neverland/platform/log/log.ts";
export { writeKubeconfig } from "@neverland/resource-api/access-files.ts";
export { type RunningServer, type ServerAddresses, startServer } from "./main.ts";
