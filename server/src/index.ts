// What other packages may use of the server.
export { type Logger, openLog } from "./log.ts";
export { type RunningServer, type ServerAddresses, startServer } from "./main.ts";
export { writeKubeconfig } from "./resource-api/access-files.ts";
export { ServerError } from "./server-error.ts";
export { StoreError } from "./store/resource-store.ts";
